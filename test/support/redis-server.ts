/**
 * A Redis for the tests: one of our own where a server program is installed, so that nothing of anybody else's can be
 * harmed; otherwise the one that REDIS_URL names, whose keys each begin with the name of a test's database.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from '../../dev/free-port.js';
import { waitFor } from './wait-for.js';

export interface TestRedis {
  url: string;
  stop(): Promise<void>;
}

/** @returns undefined where there is none to be had. */
export async function findRedis(): Promise<TestRedis | undefined> {
  const program = ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
  if (program !== undefined) return startRedis(program);
  const url = process.env.REDIS_URL;
  return url ? { url, stop: async () => {} } : undefined;
}

export async function startRedis(
  program = 'redis-server',
  port?: number,
): Promise<TestRedis & { child: ChildProcess }> {
  const takenPort = port ?? (await freePort());
  const child = spawn(
    program,
    [
      ...['--bind', '127.0.0.1', '--port', String(takenPort)],
      ...['--save', '', '--appendonly', 'no'],
      ...['--maxmemory-policy', 'noeviction'], // what BullMQ demands
    ],
    // Detached: Ctrl-C reaches the tests first, which then stop it.
    { stdio: 'ignore', cwd: '/', detached: true },
  );
  const exited = once(child, 'exit');
  const url = `redis://127.0.0.1:${takenPort}`;
  await waitFor(() => answers(url), { what: `${program} to answer on port ${takenPort}` });
  child.unref();
  return {
    url,
    child,
    stop: async () => {
      child.ref();
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
