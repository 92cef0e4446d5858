/**
 * Tells the scheduler that something of an endpoint waits in the ledger, and from when on it is due.
 *
 * Always called after the commit of what waits. The lane's row is then locked without a condition, so either the
 * scheduler's look at the lane came after the commit and saw the delivery, or this update comes after the look and
 * makes it look again. A crash in between is what the scheduler's sweep is for.
 *
 * Wakes of one process are gathered while one is on its way: a lane that is woken a thousand times a second is
 * updated as often as the database answers.
 */
import type { Logger } from 'pino';
import type { Queryable } from './database.js';

interface Wake {
  /** On the monotonic clock; the database adds what is left of it to its own now(). */
  at: number;
  backlogged: boolean;
}

const RETRY_AFTER_FAILURE_MS = 500;
/** Between two updates: each locks its lanes for a moment, in which the scheduler passes over them. */
const PAUSE_MS = 20;

export class LaneWaker {
  private pending = new Map<string, Wake>();
  private flushing: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly database: Queryable,
    private readonly log: Logger,
  ) {}

  /**
   * @param delayMs from now until something is due
   * @param backlogged more is due than the lane takes: new deliveries shall queue up behind it
   */
  wake(endpointId: string, delayMs: number, backlogged = false): void {
    const at = performance.now() + delayMs;
    const known = this.pending.get(endpointId);
    if (known === undefined) this.pending.set(endpointId, { at, backlogged });
    else {
      known.at = Math.min(known.at, at);
      known.backlogged ||= backlogged;
    }
    if (!this.closed) this.flushing ??= this.flush();
  }

  /** Flushes what is pending, once, and takes no more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flushing;
  }

  private async flush(): Promise<void> {
    await new Promise(setImmediate);
    while (this.pending.size > 0) {
      const wakes = this.pending;
      this.pending = new Map();
      try {
        await this.write(wakes);
        if (!this.closed) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      } catch (error) {
        this.log.debug({ reason: (error as Error).message }, 'lanes.wake_failed');
        if (this.closed) break; // the sweep of whoever lives on finds them
        for (const [endpointId, wake] of wakes)
          if (!this.pending.has(endpointId)) this.pending.set(endpointId, wake);
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_FAILURE_MS));
      }
    }
    this.flushing = undefined;
  }

  private async write(wakes: Map<string, Wake>): Promise<void> {
    const now = performance.now();
    // In one order everywhere, so that two processes never wait for each other's lanes.
    const ordered = [...wakes].sort(([a], [b]) => (a < b ? -1 : 1));
    await this.database.query(
      {
        name: 'wake_lanes',
        text: `UPDATE lanes l
                  SET ready_at = LEAST(l.ready_at, now() + g.delay_ms * interval '1 ms'),
                      backlogged = l.backlogged OR g.backlogged
                 FROM unnest($1::uuid[], $2::int[], $3::boolean[]) AS g (endpoint_id, delay_ms, backlogged)
                WHERE l.endpoint_id = g.endpoint_id`,
      },
      [
        ordered.map(([endpointId]) => endpointId),
        ordered.map(([, wake]) => Math.max(0, Math.ceil(wake.at - now))),
        ordered.map(([, wake]) => wake.backlogged),
      ],
    );
  }
}
