/** A Redis of a case's own, that can be killed and started again, empty, at the same address. */
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { startRedis } from '../../support/redis-server.js';

export interface FaultRedis {
  readonly url: string;
  /** It keeps nothing on disk: killed is forgotten. */
  kill(): Promise<void>;
  start(): Promise<void>;
  command(name: string, ...values: string[]): Promise<unknown>;
  close(): Promise<void>;
}

export async function startFaultRedis(program: string): Promise<FaultRedis> {
  let server: Awaited<ReturnType<typeof startRedis>> | undefined = await startRedis(program);
  const { url } = server;

  async function kill(): Promise<void> {
    if (server === undefined) return;
    const { child } = server;
    server = undefined;
    child.ref();
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  return {
    url,
    kill,
    start: async () => {
      server = await startRedis(program, Number(new URL(url).port));
    },
    command: async (name, ...values) => {
      const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
      redis.on('error', () => undefined);
      try {
        await redis.connect();
        return await redis.call(name, ...values);
      } finally {
        redis.disconnect();
      }
    },
    close: kill,
  };
}
