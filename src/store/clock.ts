/**
 * The database's clock decides. Several machines never agree on the time; ids, partitions, leases and
 * `webhook-timestamp` would each suffer in their own way from a process that is an hour off. So every process
 * measures its distance from the database's clock and adds it, and SQL says `now()` wherever it can.
 *
 * The measure is as good as half a round trip (NTP's argument: of several samples, the quickest is the truest).
 */
import type { Queryable } from './database.js';

export interface Clock {
  /** Milliseconds since the epoch, by the database's clock. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

const SAMPLES = 5;

export class DatabaseClock implements Clock {
  /** Database time minus the local monotonic clock: a local clock that is set while we run changes nothing. */
  private originMs = Date.now() - performance.now();
  private skew = 0;

  nowMs(): number {
    return this.originMs + performance.now();
  }

  /** How far the machine's own clock was from the database's when last measured, in milliseconds. */
  get skewMs(): number {
    return this.skew;
  }

  /** Measures the distance; called at start and every minute. Rejects when the database cannot be reached. */
  async synchronize(database: Queryable): Promise<void> {
    let quickestMs = Infinity;
    for (let sample = 0; sample < SAMPLES; sample++) {
      const sentAt = performance.now();
      const { rows } = await database.query<{ now: number }>(
        `SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`,
      );
      const tookMs = performance.now() - sentAt;
      const row = rows[0];
      if (row === undefined || tookMs >= quickestMs) continue;
      quickestMs = tookMs;
      this.originMs = row.now - (sentAt + tookMs / 2);
    }
    this.skew = Math.round(Date.now() - this.nowMs());
  }
}
