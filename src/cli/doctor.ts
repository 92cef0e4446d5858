/**
 * `posthorn doctor`: looks at everything that an installation stands on, before it is started or when it does not do what it
 * should, and says in words what is wrong and what to do about it. It changes nothing and needs no running Posthorn.
 */
import { ConfigError, isEmbedded, loadConfig, variables, type Config } from '../config.js';
import { checkEvictionPolicy } from '../queue/backend.js';
import { warning, well, wrong, type Examination, type Finding } from './check.js';
import { examineDatabase } from './examine-database.js';
import { examineNetwork } from './examine-network.js';

export interface DoctorOptions {
  env: NodeJS.ProcessEnv;
  /** Where to try a delivery's way out: DNS, address policy, proxy, TLS. */
  url: string;
  print: (line: string) => void;
}

/** Answers how many things are wrong. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const config = readConfig(options);
  const examinations: Examination[] = [
    { subject: 'Configuration', examine: async () => config.findings },
    ...(config.config === undefined ? [] : examinationsOf(config.config, options.url)),
  ];
  let wrongs = 0;
  for (const { subject, examine } of examinations) {
    options.print(`\n${subject}`);
    const findings = await examine().catch((error: Error): Finding[] => [
      wrong(error.message, 'This was not expected; the message is all that is known.'),
    ]);
    for (const finding of findings) {
      options.print(`  ${MARKS[finding.verdict]} ${finding.says}`);
      if (finding.verdict !== 'well') options.print(`      → ${finding.do}`);
      if (finding.verdict === 'wrong') wrongs++;
    }
  }
  options.print(
    wrongs === 0 ? '\nNothing is wrong.' : `\n${wrongs} thing${wrongs === 1 ? ' is' : 's are'} wrong.`,
  );
  return wrongs;
}

const MARKS = { well: 'ok   ', warning: 'warn ', wrong: 'WRONG' } as const;

function readConfig({ env }: DoctorOptions): { config?: Config; findings: Finding[] } {
  try {
    const config = loadConfig(env);
    const known = new Set<string>(Object.values(variables).map((variable) => variable.name));
    const set = Object.keys(env).filter((name) => known.has(name));
    return {
      config,
      findings: [
        well(`${set.length} variables are set and valid; ROLE is ${config.role}`),
        ...findMisspelled(env, known),
        ...findForgotten(config),
      ],
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { findings: error.problems.map((problem) => wrong(problem, 'See docs/configuration.md.')) };
  }
}

/** A misspelled variable is silently not read; those that begin like ours are probably meant for us. */
function findMisspelled(env: NodeJS.ProcessEnv, known: Set<string>): Finding[] {
  return Object.keys(env)
    .filter(
      (name) =>
        /^(RETENTION|EGRESS|ENDPOINT|ATTEMPT|ENCRYPTION|QUEUE|METRICS|TRACE)_/.test(name) && !known.has(name),
    )
    .map((name) => warning(`${name} is set, and Posthorn knows no such variable`, 'Look for a misspelling.'));
}

function findForgotten(config: Config): Finding[] {
  if (isEmbedded(config)) {
    return [
      warning(
        'DATABASE_URL is not set: this is the embedded profile, for trying things out',
        'Set DATABASE_URL to a PostgreSQL of your own in production.',
      ),
    ];
  }
  return [
    ...(config.encryptionKey === undefined
      ? [
          wrong(
            'ENCRYPTION_KEY is not set; Posthorn will not start',
            'Make one: openssl rand -base64 32. Keep it safe.',
          ),
        ]
      : [well(`ENCRYPTION_KEY holds ${config.encryptionKey.length} key(s)`)]),
    ...(config.publicUrl === undefined
      ? [
          warning(
            'PUBLIC_URL is not set; links will point to localhost',
            'Set it to where users reach Posthorn.',
          ),
        ]
      : []),
    ...(config.egressAllowHttp === true
      ? [
          warning(
            'EGRESS_ALLOW_HTTP lets webhooks travel unencrypted',
            'Unset it unless all receivers are your own.',
          ),
        ]
      : []),
  ];
}

function examinationsOf(config: Config, url: string): Examination[] {
  const { databaseUrl, redisUrl } = config;
  return [
    ...(databaseUrl === undefined
      ? []
      : [{ subject: 'Database and clock', examine: () => examineDatabase(databaseUrl) }]),
    ...(redisUrl === undefined ? [] : [{ subject: 'Redis', examine: () => examineRedis(redisUrl) }]),
    { subject: `Way out: DNS and TLS to ${new URL(url).host}`, examine: () => examineNetwork(config, url) },
  ];
}

async function examineRedis(redisUrl: string): Promise<Finding[]> {
  const condition = await checkEvictionPolicy(redisUrl);
  if (condition.fit) return [well('Redis answers and evicts nothing, as far as it tells')];
  return [
    wrong(
      condition.reason,
      condition.reason.includes('maxmemory-policy')
        ? 'redis-cli CONFIG SET maxmemory-policy noeviction, and the same in its configuration file.'
        : 'Check REDIS_URL, the network between here and there, and the password.',
    ),
  ];
}
