/**
 * Posthorn as a real process, from what was built: for tests in which several share one database, and for those in which
 * one is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dev/free-port.js';
import { PosthornClient } from './client.js';
import { ADMIN_KEY, testEnvironment, type TestInstallation } from './environment.js';
import { waitFor } from './wait-for.js';

export interface PosthornProcess {
  url: string;
  pid: number;
  client: PosthornClient;
  /** What it wrote, both streams, newest last. */
  logs: readonly string[];
  /** SIGKILL unless told otherwise: no chance to tidy up. Returns when it is dead. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** SIGTERM: it drains. @returns its exit status */
  stop(): Promise<number | null>;
}

export interface PosthornProcessOptions extends TestInstallation {
  role?: 'all' | 'api' | 'dispatcher';
  readyTimeoutMs?: number;
  /** What must answer 200 before it counts as started; `/healthz` for one that is never to be ready. */
  probe?: '/readyz' | '/healthz';
}

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const LOG_LINES_MAX = 10_000;
/** Less than a test may take, so that it fails with what the process said and not by its own time limit. */
const READY_TIMEOUT_MS = 25_000;

export async function startPosthornProcess(options: PosthornProcessOptions): Promise<PosthornProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    env: {
      PATH: process.env.PATH,
      ...testEnvironment(options),
      PORT: String(port),
      ROLE: options.role ?? 'all',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const logs = collectLines(child);
  const url = `http://127.0.0.1:${port}`;

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    child.kill(signal);
    await exited;
  }

  try {
    const probe = url + (options.probe ?? '/readyz');
    await waitFor(() => answers(probe, child), {
      timeoutMs: options.readyTimeoutMs ?? READY_TIMEOUT_MS,
      what: `process ${child.pid} to be ready`,
    });
  } catch (error) {
    await kill();
    throw new Error(`${(error as Error).message}. It said:\n${logs.slice(-30).join('\n')}`, { cause: error });
  }
  return {
    url,
    pid: child.pid as number,
    client: new PosthornClient(url, ADMIN_KEY),
    logs,
    kill,
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

async function answers(probe: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Process ${child.pid} has ended`);
  return fetch(probe).then(
    (response) => response.ok,
    () => false,
  );
}

function collectLines(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      if (lines.length > LOG_LINES_MAX) lines.shift();
    });
  }
  return lines;
}
