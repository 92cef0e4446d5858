/** A server process of Posthorn as an operator starts it: `node dist/src/main.js` and environment variables. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dev/free-port.js';

export type ProcessRole = 'all' | 'api' | 'dispatcher';

export interface PosthornProcess {
  role: ProcessRole;
  pid: number;
  port: number;
  /** From the start of the process until it listened. */
  startedInMs: number;
  /** What it logged at warn and above. */
  complaints: string[];
  stop(): Promise<void>;
}

/** From bench/dist/bench/harness/. */
const MAIN = fileURLToPath(new URL('../../../../dist/src/main.js', import.meta.url));
/** As the Dockerfile, the systemd unit and `npm start` have it. */
const RUNTIME_FLAGS = ['--max-semi-space-size=32'];
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 40_000;
const COMPLAINTS_MAX = 1_000;

/** @param profileInto a folder for V8's CPU profiles, written when the process ends; undefined: none are made. */
export async function startPosthorn(
  role: ProcessRole,
  env: Record<string, string>,
  profileInto?: string,
): Promise<PosthornProcess> {
  const port = await freePort();
  const startedAt = performance.now();
  // Nothing of our own environment but PATH: whoever runs the bench may have DATABASE_URL set.
  const flags = profileInto === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileInto}`];
  const child = spawn(process.execPath, [...RUNTIME_FLAGS, ...flags, MAIN], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env, ROLE: role, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints = collect(child);
  try {
    await listening(child, port);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`Posthorn does not start:\n${complaints.join('\n')}`, { cause: error });
  }
  return {
    role,
    pid: child.pid as number,
    port,
    startedInMs: performance.now() - startedAt,
    complaints,
    stop: () => stop(child),
  };
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it has ended');
    const ready = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await sleep(20);
  }
  throw new Error(`it does not listen after ${START_TIMEOUT_MS} ms`);
}

function collect(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface(stream).on('line', (line) => {
      if (lines.length < COMPLAINTS_MAX) lines.push(line);
    });
  }
  return lines;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(killer);
}
