/**
 * Whose turn a task of the whole installation is: one process's at a time, and no more often than its interval,
 * however many processes there are and however often they restart. The row also tells when it last succeeded.
 *
 * A process that dies during a task keeps it for LEASE_MS; a task that takes longer may be begun a second time by
 * another, so every task must bear that.
 */
import type { Queryable } from './database.js';

const LEASE_MS = 30 * 60_000;
/** A little less than the interval, so that a task which comes round punctually is not refused for milliseconds. */
const INTERVAL_SHARE = 0.9;

export async function claimTask(database: Queryable, name: string, everyMs: number): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO upkeep_tasks AS t (name, started_at, lease_until)
       VALUES ($1, now(), now() + $3 * interval '1 ms')
     ON CONFLICT (name) DO UPDATE SET started_at = excluded.started_at, lease_until = excluded.lease_until
       WHERE t.lease_until <= now() AND t.started_at <= now() - $2 * interval '1 ms'`,
    [name, everyMs * INTERVAL_SHARE, LEASE_MS],
  );
  return (rowCount ?? 0) > 0;
}

export async function finishTask(database: Queryable, name: string, failure?: string): Promise<void> {
  await database.query(
    `UPDATE upkeep_tasks t
        SET lease_until = now(), error = $2, succeeded_at = CASE WHEN $2::text IS NULL THEN now() ELSE t.succeeded_at END
      WHERE t.name = $1`,
    [name, failure ?? null],
  );
}

/** Since each task last succeeded, in seconds. */
export async function taskAges(database: Queryable): Promise<Record<string, number>> {
  const { rows } = await database.query<{ name: string; age: number }>(
    `SELECT t.name, extract(epoch FROM now() - t.succeeded_at)::float8 AS age
       FROM upkeep_tasks t WHERE t.succeeded_at IS NOT NULL`,
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.age]));
}
