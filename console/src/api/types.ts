export type DeliveryStatus = 'pending' | 'succeeded' | 'failed' | 'canceled';
export interface Tenant {
  id: string;
  externalId: string | null;
  name: string;
  metadata: Record<string, string>;
  strictEventTypes: boolean;
  emitRateLimitPerSecond: number | null;
  createdAt: string;
  updatedAt: string;
}
export interface Circuit {
  state: 'closed' | 'open' | 'half_open';
  since: string | null;
  reason: string | null;
  nextProbeAt: string | null;
  consecutiveFailures: number;
}
export type Retry =
  | { baseSeconds?: number; factor?: number; maxSeconds?: number; maxAttempts?: number; jitter?: number }
  | { scheduleSeconds: number[] };
export interface Endpoint {
  id: string;
  tenantId: string;
  url: string;
  description: string;
  eventTypes: string[];
  filter: unknown;
  headers: Record<string, string>;
  bodyFormat: 'standard' | 'raw' | 'cloudevents';
  signing: 'hmac' | 'ed25519';
  retry: Retry;
  timeoutMs: number;
  rateLimitPerSecond: number | null;
  maxInFlight: number;
  metadata: Record<string, string>;
  disabled: boolean;
  disabledReason: 'by_request' | 'gone' | 'failing' | null;
  disabledAt: string | null;
  status: 'active' | 'paused' | 'disabled';
  circuit: Circuit;
  createdAt: string;
  updatedAt: string;
}
export interface NewEndpoint extends Endpoint {
  secret: string;
  publicKey: string | null;
}
export interface LiveSecret {
  secret: string;
  publicKey: string | null;
  createdAt: string;
  expiresAt: string | null;
}
export interface Secret extends LiveSecret {
  old: LiveSecret[];
}
export interface EventType {
  name: string;
  description: string;
  schema: unknown;
  example: unknown;
  archived: boolean;
  createdAt: string;
  updatedAt: string;
}
export interface ApiKey {
  id: string;
  name: string;
  role: 'admin' | 'emitter' | 'support';
  hint: string;
  tenantId: string | null;
  eventTypes: string[] | null;
  payloadAccess: boolean;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
  createdAt: string;
}
export interface NewApiKey extends ApiKey {
  key: string;
}
export interface AuditRecord {
  id: string;
  action: string;
  actor: { kind: 'key' | 'portal' | 'system'; id: string | null; name: string | null };
  tenantId: string | null;
  targetId: string | null;
  details: unknown;
  remoteAddress: string | null;
  requestId: string | null;
  createdAt: string;
}
export interface Delivery {
  id: string;
  tenantId: string;
  endpointId: string;
  eventId: string;
  eventType: string;
  status: DeliveryStatus;
  attemptCount: number;
  trigger: 'emit' | 'replay' | 'test';
  replayId: string | null;
  dueAt: string | null;
  lastStatusCode: number | null;
  lastErrorCode: string | null;
  lastAttemptAt: string | null;
  completedAt: string | null;
  createdAt: string;
}
export interface DeliveryDetails extends Delivery {
  endpointUrl: string;
  endpointDeleted: boolean;
  scheduleAttempts: number;
  maxAttempts: number;
  event: { test: boolean; externalId: string | null } | null;
}
export interface Attempt {
  id: string;
  attemptNumber: number;
  trigger: string;
  url: string;
  requestHeaders: Record<string, string>;
  statusCode: number | null;
  responseHeaders: Record<string, string | string[]> | null;
  responseBody: string | null;
  responseBodyTruncated: boolean;
  errorCode: string | null;
  errorMessage: string | null;
  remoteAddress: string | null;
  timings: { totalMs: number; dnsMs?: number; connectMs?: number; tlsMs?: number; firstByteMs?: number };
  durationMs: number;
  startedAt: string;
}
export interface EventDetails {
  id: string;
  type: string;
  data: unknown;
  occurredAt: string;
  tags: string[];
  test?: boolean;
  createdAt: string;
  deliveries?: Delivery[];
}
export interface Replay {
  id: string;
  tenantId: string | null;
  filter: Record<string, unknown>;
  missing: boolean;
  ratePerSecond: number;
  status: 'running' | 'completed' | 'canceled' | 'failed';
  total: number;
  replayed: number;
  succeeded: number;
  failed: number;
  canceled: number;
  pending: number;
  error: string | null;
  createdBy: unknown;
  createdAt: string;
  completedAt: string | null;
}
export interface ConsoleSession {
  keyId: string;
  name: string;
  role: 'admin' | 'emitter' | 'support';
  tenantId: string | null;
  payloadAccess: boolean;
  expiresAt: string;
  version: string;
}
export interface PortalSession {
  tenant: { id: string; name: string };
  rights: 'read' | 'manage';
  expiresAt: string;
  brand: { name: string | null; logoUrl: string | null; color: string | null };
}
export interface EndpointOverview {
  id: string;
  tenantId: string;
  tenantName: string;
  url: string;
  description: string;
  eventTypes: string[];
  disabled: boolean;
  disabledReason: 'by_request' | 'gone' | 'failing' | null;
  disabledAt: string | null;
  circuit: 'closed' | 'open' | 'half_open';
  circuitReason: string | null;
  nextProbeAt: string | null;
  failingSince: string | null;
  consecutiveFailures: number;
  lastSuccessAt: string | null;
  lastFailureAt: string | null;
  createdAt: string;
}
export interface OverviewBucket {
  at: string;
  succeeded: number;
  failed: number;
  pending: number;
  canceled: number;
  attempts: number;
  attemptFailures: number;
  p50Ms: number | null;
  p95Ms: number | null;
}
export interface Overview {
  from: string;
  to: string;
  bucketSeconds: number;
  estimated: boolean;
  deliveries: { succeeded: number; failed: number; pending: number; canceled: number };
  attempts: {
    attempts: number;
    failures: number;
    p50Ms: number | null;
    p95Ms: number | null;
    p99Ms: number | null;
  };
  buckets: OverviewBucket[];
  backlog: { waiting: number; due: number; underWay: number; capped: boolean; lagMs: number | null };
  troubledEndpoints: EndpointOverview[];
}
