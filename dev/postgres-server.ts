/** A running PostgreSQL server as seen from outside: does it answer, and how is it made to end? */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isSameProcess, type RememberedProcess } from './live-process.js';

/**
 * `in`: it is ours and ready. `starting`: a Postgres that is starting, recovering or stopping. `refused`: nobody listens.
 * `stranger`: something else, or a Postgres that does not know our password.
 */
export type Answer = 'in' | 'starting' | 'refused' | 'stranger';

/** `fast` lets nothing new in, rolls back what is open and writes everything out. `immediate` is a crash on purpose. */
export type Stop = 'fast' | 'immediate';

const POLL_MS = 20;
const CONNECT_TIMEOUT_MS = 3_000;

/** How long each of the ways to end a server may take before the next, rougher one is used. */
const STEPS = {
  fast: { signal: 'SIGINT', timeoutMs: 10_000 },
  immediate: { signal: 'SIGQUIT', timeoutMs: 10_000 },
  kill: { signal: 'SIGKILL', timeoutMs: 10_000 },
} as const;

export async function stopServer(server: RememberedProcess, how: Stop): Promise<void> {
  const steps = how === 'fast' ? [STEPS.fast, STEPS.immediate, STEPS.kill] : [STEPS.immediate, STEPS.kill];
  for (const { signal, timeoutMs } of steps) {
    const deadline = Date.now() + timeoutMs;
    if (isSameProcess(server)) process.kill(server.pid, signal);
    while (isSameProcess(server) && Date.now() < deadline) await sleep(POLL_MS);
    if (!isSameProcess(server)) return;
  }
  throw new Error(`The embedded PostgreSQL, process ${server.pid}, does not end, not even by SIGKILL.`);
}

/** Asks again and again while it says that it is starting; `refusedTimeoutMs` is for the moment before it listens. */
export async function waitForAnswer(
  server: RememberedProcess,
  url: string,
  timeouts: { startingMs: number; refusedMs: number },
): Promise<Answer | 'ended'> {
  const began = Date.now();
  while (isSameProcess(server)) {
    const answer = await tryToConnect(url);
    const patienceMs = { in: 0, stranger: 0, starting: timeouts.startingMs, refused: timeouts.refusedMs }[
      answer
    ];
    if (Date.now() - began >= patienceMs) return answer;
    await sleep(POLL_MS);
  }
  return 'ended';
}

async function tryToConnect(connectionString: string): Promise<Answer> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined); // a connection that breaks later says nothing that we did not ask for
  try {
    await client.connect();
    return 'in';
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === 'ECONNREFUSED') return 'refused';
    // cannot_connect_now, and a server that went away while we spoke to it
    if (code === '57P03' || code === '57P01' || code === 'ECONNRESET') return 'starting';
    return 'stranger';
  } finally {
    await client.end().catch(() => undefined);
  }
}
