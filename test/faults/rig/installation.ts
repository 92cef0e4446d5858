/** One installation of Posthorn for one case file: its own Postgres, its own Redis if the queue is there, real processes. */
import { fileURLToPath } from 'node:url';
import { type PostgresSettings } from '../../../dev/embedded-postgres.js';
import {
  type PosthornProcess,
  type PosthornProcessOptions,
  startPosthornProcess,
} from '../../support/process.js';
import { type FaultPostgres, startFaultPostgres } from './fault-postgres.js';
import { type Backend, redisProgram } from './backends.js';
import { type FaultRedis, startFaultRedis } from './fault-redis.js';
import { SHORT_LEASES } from './options.js';

export interface Installation {
  queue: Backend;
  postgres: FaultPostgres;
  redis: FaultRedis | undefined;
  env: Record<string, string>;
  start(
    role: 'api' | 'dispatcher',
    env?: Record<string, string>,
    options?: Pick<PosthornProcessOptions, 'probe'>,
  ): Promise<PosthornProcess>;
  /** @throws Error when a process logged an ERROR: that means wake someone, and no fault here is a reason to. */
  close(): Promise<void>;
}

/** Several cases start their processes at once, on few cores. */
const READY_TIMEOUT_MS = 120_000;

export interface InstallationOptions {
  postgres?: PostgresSettings;
  /** Of every process. */
  env?: Record<string, string>;
  /** Before any process migrates. */
  prepare?: (postgres: FaultPostgres) => Promise<void>;
}

export async function startInstallation(
  queue: Backend,
  options: InstallationOptions = {},
): Promise<Installation> {
  const postgres = await startFaultPostgres(options.postgres);
  await options.prepare?.(postgres);
  const redis = queue === 'redis' ? await startFaultRedis(redisProgram()!) : undefined;
  const processes = new Set<PosthornProcess>();
  const env = { ...SHORT_LEASES, ...options.env };
  return {
    queue,
    postgres,
    redis,
    env,
    start: async (role, own = {}, probe = {}) => {
      const started = await startPosthornProcess({
        ...probe,
        databaseUrl: postgres.url,
        backend: queueOf(queue, redis),
        role,
        env: { ...env, ...own },
        readyTimeoutMs: READY_TIMEOUT_MS,
      });
      processes.add(started);
      return started;
    },
    close: async () => {
      for (const process of processes) if (isAlive(process.pid)) await process.kill();
      await redis?.close();
      await postgres.close();
      const errors = [...processes].flatMap(({ logs }) => logs.filter((line) => line.includes(PINO_ERROR)));
      if (errors.length > 0) throw new Error(`${errors.length} errors in the logs, the first:\n${errors[0]}`);
    },
  };
}

const PINO_ERROR = '"level":50';

export function queueOf(queue: Backend, redis: FaultRedis | undefined) {
  return { name: queue, ...(redis !== undefined && { redisUrl: redis.url }) };
}

/** NODE_OPTIONS that load one of the preloads before the program. */
export function preload(name: 'crash-points' | 'skewed-clock'): string {
  return `--import=${new URL(`../preload/${name}.mjs`, import.meta.url).href}`;
}

export const MAIN = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
