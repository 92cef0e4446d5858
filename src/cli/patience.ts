/**
 * For commands that run until Ctrl-C: what to do when Posthorn does not answer, since it restarts or the network is away.
 * Say so, wait, try again: twice as long after each failure in a row. A refusal that will not change by itself (a revoked
 * key) ends the command.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRefusal, clockTime, reasonOf } from './api.js';
import type { Invocation } from './invocation.js';

/** The longest is well within a listener's lease. */
const RETRY_MS = { first: 2_000, max: 16_000 };

export class Patience {
  private retryMs = RETRY_MS.first;

  constructor(private readonly invocation: Pick<Invocation, 'print' | 'signal'>) {}

  answered(): void {
    this.retryMs = RETRY_MS.first;
  }

  /** Resolves when it is time to try again, or at Ctrl-C. @throws the failure, if trying again is of no use */
  async after(failure: unknown): Promise<void> {
    const { print, signal } = this.invocation;
    if (signal.aborted) return;
    if (failure instanceof ApiRefusal && failure.status < 500 && failure.status !== 429) throw failure;
    const reason = reasonOf(failure as Error);
    print(`${clockTime()}  No answer (${reason}); trying again in ${this.retryMs / 1_000} s`);
    await pause(this.retryMs, signal);
    this.retryMs = Math.min(2 * this.retryMs, RETRY_MS.max);
  }
}

/** Until then, or until Ctrl-C. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => undefined);
}
