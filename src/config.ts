/**
 * Every setting, with its unit, default and a sentence. Read once, at start, from the environment and nowhere else:
 * a bad value stops the start and names the variable, because a platform that runs with half its settings ignored
 * fails later and further away.
 *
 * `docs/configuration.md` is written from this table (`npm run docs:config`).
 */
import {
  color,
  days,
  encryptionKeys,
  flag,
  givenApiKey,
  integer,
  oneOf,
  origins,
  ports,
  region,
  secret,
  subnets,
  text,
  url,
  type Variable,
  word,
} from './config-readers.js';

export type Role = 'all' | 'api' | 'dispatcher';
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export const variables = {
  port: integer(
    'PORT',
    8070,
    0,
    65_535,
    'TCP port of the API, the console and the docs. 0 takes a free one.',
  ),
  host: text('HOST', '127.0.0.1 embedded, else 0.0.0.0', 'Address to listen on.'),
  role: oneOf<Role>('ROLE', ['all', 'api', 'dispatcher'], 'all', 'Which parts this process runs.'),
  databaseUrl: url(
    'DATABASE_URL',
    ['postgres:', 'postgresql:'],
    'PostgreSQL 15 or newer. Not set: the embedded profile.',
  ),
  databasePoolSize: integer(
    'DATABASE_POOL_SIZE',
    12,
    4,
    200,
    'Connections of this process for emitting and dispatching; the API has half as many of its own.',
  ),
  redisUrl: url(
    'REDIS_URL',
    ['redis:', 'rediss:'],
    'Runs the queue on Redis 6.2 or newer. Not set: the queue lives in PostgreSQL.',
  ),
  queuePrefix: word('QUEUE_PREFIX', 'posthorn', 'Prefix of the keys in Redis, or the schema in PostgreSQL.'),
  dataDir: text('DATA_DIR', '.posthorn', 'Folder of the embedded database and of generated keys.'),
  adminApiKey: givenApiKey('ADMIN_API_KEY', 'The first admin key, if it is to be given rather than made.'),
  encryptionKey: encryptionKeys(
    'ENCRYPTION_KEY',
    'Base64 of 32 bytes; seals secrets at rest. Several, comma-separated: the first seals, all open.',
  ),
  publicUrl: url(
    'PUBLIC_URL',
    ['http:', 'https:'],
    'Where users reach this installation, for links. Not set: http://localhost:PORT.',
  ),
  egressAllowedSubnets: subnets(
    'EGRESS_ALLOWED_SUBNETS',
    'Comma-separated CIDRs that endpoints may be in although they are private.',
    'none; embedded: 127.0.0.0/8,::1/128',
  ),
  egressDeniedSubnets: subnets(
    'EGRESS_DENIED_SUBNETS',
    'Comma-separated CIDRs to refuse besides the built-in list.',
  ),
  egressAllowHttp: flag('EGRESS_ALLOW_HTTP', 'Lets endpoints be http. Embedded: true.'),
  egressAllowedPorts: ports(
    'EGRESS_ALLOWED_PORTS',
    'Comma-separated ports that endpoints may use, or "any". Embedded: any; otherwise 80, 443 and 1024 up.',
  ),
  egressProxyUrl: url(
    'EGRESS_PROXY_URL',
    ['http:', 'https:'],
    'A proxy through which every delivery leaves (HTTP CONNECT).',
  ),
  bodyBytesMax: integer(
    'BODY_BYTES_MAX',
    262_144,
    1_024,
    8_388_608,
    'Largest request body in bytes; the batch route takes 8 times as much.',
  ),
  requestTimeoutMs: integer(
    'REQUEST_TIMEOUT_MS',
    30_000,
    1_000,
    600_000,
    'How long a request to the API may take to arrive in full, in milliseconds.',
  ),
  connectionsMax: integer(
    'CONNECTIONS_MAX',
    10_000,
    1,
    1_000_000,
    'Connections that the API keeps open at a time; more are closed at once.',
  ),
  trustedProxies: subnets(
    'TRUSTED_PROXIES',
    'Comma-separated CIDRs of the proxies before the API, whose X-Forwarded-For, -Proto and -Host are believed: in the audit log, for limits by address and in links.',
  ),
  requestRateLimitPerSecond: integer(
    'REQUEST_RATE_LIMIT_PER_SECOND',
    0,
    0,
    1_000_000,
    'Requests that one API key, or one tenant’s portal sessions together, may make in a second. 0: no limit.',
  ),
  tenantEndpointsMax: integer(
    'TENANT_ENDPOINTS_MAX',
    20_000,
    1,
    1_000_000,
    'Endpoints that one tenant may have.',
  ),
  inFlightMax: integer(
    'IN_FLIGHT_MAX',
    2_000,
    1,
    20_000,
    'Requests that one dispatcher keeps open at a time, over all endpoints.',
  ),
  endpointInFlightMax: integer(
    'ENDPOINT_IN_FLIGHT_MAX',
    10,
    1,
    1_000,
    'Default of an endpoint’s maxInFlight.',
  ),
  attemptTimeoutMs: integer(
    'ATTEMPT_TIMEOUT_MS',
    15_000,
    1_000,
    60_000,
    'Default of an endpoint’s timeoutMs: the whole attempt, in milliseconds.',
  ),
  leaseSlackMs: integer(
    'LEASE_SLACK_MS',
    15_000,
    2_000,
    600_000,
    'How long after its timeout a delivery that nobody reported is taken up again, in milliseconds.',
  ),
  stalledAfterMs: integer(
    'STALLED_AFTER_MS',
    30_000,
    1_000,
    600_000,
    'A dispatcher that has work in the queue and does none of it for so long is not ready, in milliseconds.',
  ),
  disableAfterHours: integer(
    'DISABLE_AFTER_HOURS',
    120,
    1,
    8_760,
    'An endpoint that has only failed for so many hours is disabled.',
  ),
  retentionDays: integer(
    'RETENTION_DAYS',
    30,
    1,
    3_650,
    'Days that events, deliveries, attempts, the audit log and idempotency keys are kept.',
  ),
  retentionEventsDays: days(
    'RETENTION_EVENTS_DAYS',
    'Days for events and their payloads; what is still owed of them is failed then. Usually the shortest.',
  ),
  retentionDeliveriesDays: days('RETENTION_DELIVERIES_DAYS', 'Days for deliveries.'),
  retentionAttemptsDays: days('RETENTION_ATTEMPTS_DAYS', 'Days for attempts, with what receivers answered.'),
  retentionAuditDays: days('RETENTION_AUDIT_DAYS', 'Days for the audit log.'),
  retentionIdempotencyDays: days(
    'RETENTION_IDEMPOTENCY_DAYS',
    'Days for which an idempotency key or an emitter’s own id is remembered; never longer than events.',
  ),
  exportDir: text(
    'EXPORT_DIR',
    'not set',
    'Folder that every day of events, deliveries and attempts is written to before it is dropped.',
  ),
  exportS3Url: url(
    'EXPORT_S3_URL',
    ['s3:'],
    's3://bucket/prefix: the same into a bucket, instead of a folder. Needs both keys below.',
  ),
  exportS3Endpoint: url(
    'EXPORT_S3_ENDPOINT',
    ['https:', 'http:'],
    'Where that bucket is, if not at Amazon: the URL of MinIO, Ceph, R2, …',
  ),
  exportS3Region: region('EXPORT_S3_REGION', 'us-east-1', 'The bucket’s region.'),
  exportS3AccessKeyId: text('EXPORT_S3_ACCESS_KEY_ID', 'not set', 'Of whoever may put objects there.'),
  exportS3SecretAccessKey: secret(
    'EXPORT_S3_SECRET_ACCESS_KEY',
    8,
    'The secret that belongs to it.',
    'not set',
  ),
  portalName: text('PORTAL_NAME', 'Posthorn', 'The name that the customer portal goes by.'),
  portalLogoUrl: url(
    'PORTAL_LOGO_URL',
    ['https:', 'http:'],
    'An image that the customer portal shows beside its name.',
  ),
  portalColor: color('PORTAL_COLOR', 'The customer portal’s accent, such as #0b5c7a.'),
  portalFrameAncestors: origins(
    'PORTAL_FRAME_ANCESTORS',
    'Comma-separated origins whose pages may embed the customer portal in an iframe.',
  ),
  publicCatalog: flag(
    'PUBLIC_CATALOG',
    'Shows the event catalog at /console/catalog to everybody, without a key.',
  ),
  shutdownGraceMs: integer(
    'SHUTDOWN_GRACE_MS',
    20_000,
    0,
    600_000,
    'How long a stopping process waits for requests in flight, in milliseconds.',
  ),
  logLevel: oneOf<LogLevel>(
    'LOG_LEVEL',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'info',
    'What is logged.',
  ),
  metricsToken: secret(
    'METRICS_TOKEN',
    16,
    'Lets a scraper read /metrics as a bearer token; admin and support keys do as well.',
    'not set',
  ),
  traceEndpoint: url(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    ['http:', 'https:'],
    'Where OpenTelemetry traces go (OTLP over HTTP, /v1/traces is added). Not set: no traces, no cost.',
  ),
  traceSamplePercent: integer(
    'TRACE_SAMPLE_PERCENT',
    100,
    0,
    100,
    'Share of traces that are kept where the emitter has not decided it already, in percent.',
  ),
} satisfies Record<string, Variable<unknown>>;

export type Config = { [K in keyof typeof variables]: ReturnType<(typeof variables)[K]['read']> };

/** Thrown at start; each problem is a sentence that begins with the variable's name. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(`Posthorn cannot start:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads and validates every variable. @throws ConfigError naming all that is wrong, not only the first. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [key, variable] of Object.entries(variables)) {
    const value = env[variable.name]?.trim();
    try {
      config[key] = variable.read(value === '' ? undefined : value);
    } catch (error) {
      problems.push(`${variable.name} ${(error as Error).message}`);
    }
  }
  if (problems.length === 0) problems.push(...findContradictions(config as Config));
  if (problems.length > 0) throw new ConfigError(problems);
  return config as Config;
}

/** Values that are right alone and wrong together. */
function findContradictions(config: Config): string[] {
  if (config.exportS3Url === undefined) return [];
  const missing = [
    ...(config.exportS3AccessKeyId === undefined ? ['EXPORT_S3_ACCESS_KEY_ID'] : []),
    ...(config.exportS3SecretAccessKey === undefined ? ['EXPORT_S3_SECRET_ACCESS_KEY'] : []),
  ];
  return [
    ...(missing.length > 0 ? [`EXPORT_S3_URL needs ${missing.join(' and ')}`] : []),
    ...(config.exportDir !== undefined
      ? ['EXPORT_S3_URL and EXPORT_DIR are both set; exports go to one place']
      : []),
  ];
}

/** The embedded profile: no DATABASE_URL, so this is somebody trying it out on their own machine. */
export function isEmbedded(config: Pick<Config, 'databaseUrl'>): boolean {
  return config.databaseUrl === undefined;
}

/**
 * What the embedded profile allows unless told otherwise: http and loopback endpoints, and nothing but loopback may
 * call it. With a DATABASE_URL the same settings are locked down.
 */
export function withProfileDefaults(config: Config) {
  const embedded = isEmbedded(config);
  return {
    ...config,
    host: config.host ?? (embedded ? '127.0.0.1' : '0.0.0.0'),
    dataDir: config.dataDir ?? '.posthorn',
    egressAllowHttp: config.egressAllowHttp ?? embedded,
    egressAllowedSubnets: config.egressAllowedSubnets ?? (embedded ? ['127.0.0.0/8', '::1/128'] : []),
    egressDeniedSubnets: config.egressDeniedSubnets ?? [],
    egressAllowedPorts: config.egressAllowedPorts ?? (embedded ? ('any' as const) : undefined),
  };
}

/** The configuration as the program uses it: read, validated, and completed by its profile. */
export type Settings = ReturnType<typeof withProfileDefaults>;

/** Settings of a process that runs: it knows its database, and the keys that seal secrets. */
export type RunningSettings = Settings & { databaseUrl: string; encryptionKey: Buffer[] };

/** Injection token for {@link RunningSettings}. */
export const SETTINGS = Symbol('settings');
