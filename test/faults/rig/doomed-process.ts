/** A process that kills itself (`kill -9`, nothing tidied up) at a chosen point of its work: see preload/crash-points.mjs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../../dev/free-port.js';
import { testEnvironment } from '../../support/environment.js';
import { type Installation, MAIN, preload, queueOf } from './installation.js';

/** `group_commit`: its statement is on the way to Postgres. `enqueue`: it is committed, and not yet in the queue. */
export type CrashPoint = 'send' | 'record' | 'group_commit' | 'enqueue';

export function crashEnvironment(point: CrashPoint, time = 1): Record<string, string> {
  return { NODE_OPTIONS: preload('crash-points'), CRASH_POINT: point, CRASH_TIME: String(time) };
}

/** Starts a dispatcher that dies at `point`, and returns when it is dead. */
export async function runUntilItDies(
  { queue, postgres, redis, env }: Installation,
  point: CrashPoint,
  timeoutMs = 40_000,
): Promise<void> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      ...testEnvironment({ databaseUrl: postgres.url, backend: queueOf(queue, redis), env }),
      ...crashEnvironment(point),
      PORT: String(await freePort()),
      ROLE: 'dispatcher',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), timeoutMs);
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  if (signal !== 'SIGKILL')
    throw new Error(`The dispatcher did not come to “${point}” within ${timeoutMs} ms`);
}
