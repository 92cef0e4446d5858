/** The variables that a Posthorn under test is started with, in this process or in one of its own. */
import { type QueueBackend } from './backends.js';
import { databaseName } from './database.js';

/** Constant, so that several processes on one database agree. */
export const ADMIN_KEY = 'the-admin-key-of-the-tests';
const ENCRYPTION_KEY = Buffer.alloc(32, 'test').toString('base64');

export interface TestInstallation {
  databaseUrl: string;
  backend: QueueBackend;
  /** Variables of the test's own; they win. */
  env?: Record<string, string>;
}

export function testEnvironment({ databaseUrl, backend, env }: TestInstallation): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: '6',
    ...(backend.redisUrl !== undefined && { REDIS_URL: backend.redisUrl }),
    // All files share one Redis: a prefix keeps one's dispatchers from taking another's references.
    QUEUE_PREFIX: databaseName(databaseUrl),
    ADMIN_API_KEY: ADMIN_KEY,
    ENCRYPTION_KEY,
    // Receivers of tests are on this machine and have no certificates.
    EGRESS_ALLOWED_SUBNETS: '127.0.0.0/8,::1/128',
    EGRESS_ALLOW_HTTP: 'true',
    EGRESS_ALLOWED_PORTS: 'any',
    SHUTDOWN_GRACE_MS: '5000',
    LOG_LEVEL: 'warn',
    ...env,
  };
}
