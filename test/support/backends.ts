/** The queue backends that this machine can run, for `describe.each(queueBackends)('… on $name', …)`. */
import { inject } from 'vitest';

export interface QueueBackend {
  name: 'postgres' | 'redis';
  redisUrl?: string;
}

const redisUrl = inject('redisUrl');

export const queueBackends: QueueBackend[] = [
  { name: 'postgres' },
  ...(redisUrl === undefined ? [] : [{ name: 'redis' as const, redisUrl }]),
];
