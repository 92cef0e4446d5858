/**
 * Rows of tables that are not cut by day, deleted when their time is over: in batches, so that no statement holds its
 * locks for long. A crash leaves the rest to the next run.
 */
import { lowestUuidAt } from '../model/id.js';
import type { Database, Queryable } from './database.js';
import { DAY_MS } from './partitions.js';

const MINUTE_MS = 60_000;
/** A row's time and the one that it is held against may be read from two clocks. */
const CLOCK_SLACK_MS = 10 * MINUTE_MS;

const HOUR_MS = 60 * MINUTE_MS;

/**
 * Deletes the idempotency keys of a day's events; always before those events, since a key whose event is gone could
 * neither be answered nor be used again. A minute's keys at a time, which the table's BRIN index finds in a few pages;
 * hours without any are passed over.
 */
export async function deleteIdempotencyKeys(database: Queryable, dayMs: number): Promise<number> {
  const lastEvent = lowestUuidAt(dayMs + DAY_MS);
  let deleted = 0;
  for (let hour = dayMs - CLOCK_SLACK_MS; hour < dayMs + DAY_MS + CLOCK_SLACK_MS; hour += HOUR_MS) {
    if (!(await hasKeys(database, hour, hour + HOUR_MS, lastEvent))) continue;
    for (let minute = hour; minute < hour + HOUR_MS; minute += MINUTE_MS) {
      const { rowCount } = await database.query(
        `DELETE FROM idempotency_keys k WHERE k.created_at >= $1 AND k.created_at < $2 AND k.event_id < $3`,
        [new Date(minute), new Date(minute + MINUTE_MS), lastEvent],
      );
      deleted += rowCount ?? 0;
    }
  }
  return deleted;
}

async function hasKeys(
  database: Queryable,
  fromMs: number,
  toMs: number,
  lastEvent: string,
): Promise<boolean> {
  const { rows } = await database.query<{ some: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM idempotency_keys k
                     WHERE k.created_at >= $1 AND k.created_at < $2 AND k.event_id < $3) AS some`,
    [new Date(fromMs), new Date(toMs), lastEvent],
  );
  return rows[0]!.some;
}

const BATCH = 5_000;

/** The database lets nobody delete from the audit log but who says this first, for one transaction. */
const ALLOW_AUDIT_RETENTION = `SET LOCAL posthorn.audit_retention = 'on'`;

export async function deleteAuditBefore(database: Database, timeMs: number): Promise<number> {
  return inBatches(() =>
    database.transaction(async (transaction) => {
      await transaction.query(ALLOW_AUDIT_RETENTION);
      return transaction.query(
        `DELETE FROM audit_log a WHERE a.id IN (SELECT x.id FROM audit_log x WHERE x.id < $1 ORDER BY x.id LIMIT ${BATCH})`,
        [lowestUuidAt(timeMs)],
      );
    }),
  );
}

/** Replays that ended; those that run are of today, however long ago they were asked for. */
export async function deleteReplaysBefore(database: Queryable, timeMs: number): Promise<number> {
  return inBatches(() =>
    database.query(
      `DELETE FROM replays r WHERE r.id IN (
         SELECT x.id FROM replays x WHERE x.id < $1 AND x.completed_at IS NOT NULL ORDER BY x.id LIMIT ${BATCH})`,
      [lowestUuidAt(timeMs)],
    ),
  );
}

export async function deleteBroadcastsBefore(database: Queryable, timeMs: number): Promise<number> {
  return inBatches(() =>
    database.query(
      `DELETE FROM broadcasts b WHERE b.id IN (
         SELECT x.id FROM broadcasts x WHERE x.id < $1 AND x.completed_at IS NOT NULL ORDER BY x.id LIMIT ${BATCH})`,
      [lowestUuidAt(timeMs)],
    ),
  );
}

/** Sessions that were ended by hand, when they would have ended by themselves: a token that is past it is refused anyway. */
export async function deleteEndedSessionsBefore(database: Queryable, timeMs: number): Promise<number> {
  return inBatches(() =>
    database.query(
      `DELETE FROM ended_sessions s WHERE s.id IN (
         SELECT x.id FROM ended_sessions x WHERE x.expires_at < $1 LIMIT ${BATCH})`,
      [new Date(timeMs - CLOCK_SLACK_MS)],
    ),
  );
}

/**
 * Endpoints that were deleted before this, with their lanes. One that a delivery still names stays: its day should be gone by
 * then, but a lock or a full export disk may have kept it.
 */
export async function purgeEndpointsDeletedBefore(database: Queryable, timeMs: number): Promise<number> {
  return inBatches(() =>
    database.query(
      `WITH gone AS (SELECT e.id FROM endpoints e
                      WHERE e.deleted_at < $1 AND NOT EXISTS (SELECT FROM deliveries d WHERE d.endpoint_id = e.id)
                      LIMIT ${BATCH}),
            lanes AS (DELETE FROM lanes l USING gone g WHERE l.endpoint_id = g.id),
            secrets AS (DELETE FROM endpoint_secrets s USING gone g WHERE s.endpoint_id = g.id)
       DELETE FROM endpoints e USING gone g WHERE e.id = g.id`,
      [new Date(timeMs)],
    ),
  );
}

async function inBatches(deleteBatch: () => Promise<{ rowCount: number | null }>): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { rowCount } = await deleteBatch();
    deleted += rowCount ?? 0;
    if ((rowCount ?? 0) < BATCH) return deleted;
  }
}
