/** The queue backends that can be tested here. In CI a missing Redis is a failure: nobody reads what is said there. */
import { spawnSync } from 'node:child_process';

export type Backend = 'postgres' | 'redis';

declare module 'vitest' {
  export interface ProvidedContext {
    queue: Backend;
  }
}

export function backends(): Backend[] {
  if (redisProgram() !== undefined) return ['postgres', 'redis'];
  if (process.env.CI === 'true')
    throw new Error('No redis-server here; with CI=true both backends must be tested.');
  console.warn('No redis-server here. LEFT OUT: every fault of the queue on Redis.');
  return ['postgres'];
}

export function redisProgram(): string | undefined {
  return ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
}
