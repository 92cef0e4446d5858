/**
 * Which of BullMQ's two backends carries the references: Redis when there is a REDIS_URL, else PostgreSQL.
 * Everything above this file is the same for both.
 */
import { createPostgresBackend, setDefaultBackendFactory, type ConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';
import type { Settings } from '../config.js';

export type QueueSettings = Pick<Settings, 'redisUrl' | 'queuePrefix'> & { databaseUrl: string };

/** Name of the one queue. */
export const QUEUE_NAME = 'deliveries';

/** A producer's or worker's connections; BullMQ opens one more of its own to listen on. */
const POSTGRES_CONNECTIONS = 3;

export interface BackendOptions {
  connection: ConnectionOptions;
  prefix: string;
}

/**
 * Options for a producer: it fails at once when the queue is away, since what it carries is safe in the ledger.
 * Sets the process-wide backend, because @nestjs/bullmq cannot pass one on to the queues that it makes.
 */
export function producerOptions(settings: QueueSettings): BackendOptions {
  chooseBackend(settings);
  if (settings.redisUrl === undefined) return postgresOptions(settings);
  return {
    prefix: settings.queuePrefix,
    connection: {
      url: settings.redisUrl,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 5_000,
      retryStrategy: reconnectDelayMs,
    },
  };
}

/** Options for a worker: it waits for the queue to come back, however long that takes. */
export function workerOptions(settings: QueueSettings): BackendOptions {
  chooseBackend(settings);
  if (settings.redisUrl === undefined) return postgresOptions(settings);
  return {
    prefix: settings.queuePrefix,
    connection: {
      url: settings.redisUrl,
      maxRetriesPerRequest: null,
      retryStrategy: reconnectDelayMs,
    },
  };
}

function chooseBackend(settings: QueueSettings): void {
  if (settings.redisUrl === undefined) setDefaultBackendFactory(createPostgresBackend);
  else setDefaultBackendFactory();
}

function postgresOptions(settings: QueueSettings): BackendOptions {
  const connection = {
    connectionString: settings.databaseUrl,
    schema: `${settings.queuePrefix}_queue`,
    migrate: true,
    max: POSTGRES_CONNECTIONS,
    application_name: 'posthorn queue',
    // What the queue holds may be lost: the ledger has it. Waiting for the disk with every job would only add latency.
    options: '-c synchronous_commit=off -c statement_timeout=30000',
    connectionTimeoutMillis: 5_000,
  };
  return { prefix: settings.queuePrefix, connection: connection };
}

function reconnectDelayMs(times: number): number {
  return Math.min(times * 50, 1_000);
}

export type QueueCondition = { fit: true } | { fit: false; reason: string };

/**
 * Whether Redis may evict what it is given: with any policy but `noeviction` a full Redis throws references away.
 * Nothing is lost then (the ledger has them), but every one of them waits for its lease to end.
 */
export async function checkEvictionPolicy(redisUrl: string): Promise<QueueCondition> {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const reply = (await redis.config('GET', 'maxmemory-policy')) as string[];
    const policy = reply[1];
    if (policy === 'noeviction' || policy === undefined) return { fit: true };
    return { fit: false, reason: `Redis has maxmemory-policy ${policy}; set it to noeviction` };
  } catch (error) {
    // Managed Redis often forbids CONFIG: that is no reason to be unready.
    if (/NOPERM|unknown command|ERR/.test((error as Error).message)) return { fit: true };
    return { fit: false, reason: `Redis cannot be reached: ${(error as Error).message}` };
  } finally {
    redis.disconnect();
  }
}
