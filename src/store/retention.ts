/**
 * Letting go of what is old, a day at a time. Dropping a day's partition costs the same with ten rows as with ten
 * million, and leaves no dead rows behind for a vacuum.
 *
 * Two steps, since a partition can only leave its table under a lock that everybody would queue behind:
 *
 *   detach: a change of the catalog, done in milliseconds; the lock is waited for LOCK_MS_MAX at most and then tried
 *           again later, so that nobody ever waits longer than that behind us
 *   drop:   the detached table is nobody's but ours; its files may take as long as they like
 *
 * (`DETACH … CONCURRENTLY` would not even need the short lock, but Postgres refuses it to tables with a default
 * partition, and that one keeps a missing partition from being an outage.) A crash in between leaves a detached
 * table; the next run finds and drops it.
 */
import { lowestUuidAt } from '../model/id.js';
import type { Database, Queryable } from './database.js';
import { DAY_MS, withLockTries, type Partition } from './partitions.js';

/** Shorter than what anybody would notice as an emit's latency. */
const LOCK_MS_MAX = 100;

export type Detached = 'detached' | 'busy' | 'still_owed';

class StillOwed extends Error {}

/** Takes a partition out of its table, unless something pending lies in it or needs it, which it makes sure of under the lock. */
export async function detachPartition(database: Database, partition: Partition): Promise<Detached> {
  if (await isStillOwed(database, partition)) return 'still_owed'; // without disturbing anybody
  try {
    const detached = await withLockTries(() =>
      database.transaction(async (transaction) => {
        await transaction.query(`SET LOCAL lock_timeout = '${LOCK_MS_MAX}ms'`);
        await transaction.query(`ALTER TABLE ${partition.table} DETACH PARTITION ${partition.name}`);
        if (await isStillOwed(transaction, partition)) throw new StillOwed(partition.name);
      }),
    );
    return detached ? 'detached' : 'busy';
  } catch (error) {
    if (error instanceof StillOwed) return 'still_owed';
    throw error;
  }
}

export async function dropDetached(database: Queryable, partition: Partition): Promise<void> {
  await database.query(`DROP TABLE IF EXISTS ${partition.name}`);
}

async function isStillOwed(database: Queryable, { table, name, dayMs }: Partition): Promise<boolean> {
  if (table === 'attempts') return false;
  if (table === 'deliveries') return holdsPending(database, name, 'true');
  const [from, to] = boundsOf(dayMs);
  const ofThisDay = await holdsPending(database, 'deliveries', `d.id >= '${from}' AND d.id < '${to}'`);
  return ofThisDay || hasOrphans(database, dayMs);
}

/**
 * Asked by event first, of which later days have few or none. Left to choose, the planner may go through all that is pending
 * instead, a million retries perhaps, and this is asked under a lock that every emit waits for.
 */
async function hasOrphans(database: Queryable, dayMs: number): Promise<boolean> {
  const { rows } = await database.query<{ pending: boolean }>(
    `WITH orphans AS MATERIALIZED (SELECT d.status FROM deliveries d WHERE ${orphansOf(dayMs)})
     SELECT EXISTS (SELECT 1 FROM orphans o WHERE o.status = 'pending') AS pending`,
  );
  return rows[0]!.pending;
}

/** Two looks into partial indexes that hold nothing but what is pending. */
async function holdsPending(database: Queryable, table: string, which: string): Promise<boolean> {
  const { rows } = await database.query<{ pending: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM ${table} d WHERE ${which} AND d.status = 'pending' AND NOT d.leased)
         OR EXISTS (SELECT 1 FROM ${table} d WHERE ${which} AND d.status = 'pending' AND d.leased) AS pending`,
  );
  return rows[0]!.pending;
}

/** Deliveries of later days whose event is of this day: recovered ones, and those of an event just before midnight. */
function orphansOf(dayMs: number): string {
  const [from, to] = boundsOf(dayMs);
  return `d.id >= '${to}' AND d.event_id >= '${from}' AND d.event_id < '${to}'`;
}

function boundsOf(dayMs: number): [from: string, to: string] {
  return [lowestUuidAt(dayMs), lowestUuidAt(dayMs + DAY_MS)];
}

export interface ExpiredDeliveries {
  endpointId: string;
  tenantId: string;
  deliveries: number;
}

/** Long enough to be done with a million in a minute, short enough to hold its rows for a moment only. */
const BATCH = 2_000;

/**
 * Fails a batch of what a day still owes, with the error code `expired`. Answers whose they were; nobody's when nothing
 * is left but what is in the hot window this very moment, which is left to its attempt and the next run.
 *
 * @param scheduledBefore deliveries of events whose `deliverAt` is later than this are left as they are
 */
export async function expireBatch(
  database: Queryable,
  partition: Partition,
  scheduledBefore: Date,
  limit = BATCH,
): Promise<ExpiredDeliveries[]> {
  return expire(database, partition.name, 'true', scheduledBefore, limit);
}

/** The same for deliveries of later days whose event is of this day and about to go. */
export async function expireOrphansBatch(
  database: Queryable,
  dayMs: number,
  scheduledBefore: Date,
  limit = BATCH,
): Promise<ExpiredDeliveries[]> {
  return expire(database, 'deliveries', orphansOf(dayMs), scheduledBefore, limit);
}

const WAITING = `d.status = 'pending' AND NOT d.leased`;

async function expire(
  database: Queryable,
  table: string,
  which: string,
  scheduledBefore: Date,
  limit: number,
): Promise<ExpiredDeliveries[]> {
  const { rows } = await database.query<{ endpoint_id: string; tenant_id: string; deliveries: number }>(
    `WITH picked AS (
       SELECT d.id FROM ${table} d
        WHERE ${which} AND ${WAITING}
          AND NOT EXISTS (SELECT 1 FROM events e WHERE e.id = d.event_id AND e.deliver_at > $1)
        LIMIT ${limit} FOR UPDATE OF d SKIP LOCKED),
     expired AS (
       UPDATE deliveries d
          SET status = 'failed', epoch = d.epoch + 1, completed_at = now(), last_error_code = 'expired'
         FROM picked p WHERE d.id = p.id AND ${WAITING}
       RETURNING d.endpoint_id, d.tenant_id)
     SELECT x.endpoint_id, x.tenant_id, count(*) AS deliveries FROM expired x GROUP BY 1, 2`,
    [scheduledBefore],
  );
  return rows.map((row) => ({
    endpointId: row.endpoint_id,
    tenantId: row.tenant_id,
    deliveries: row.deliveries,
  }));
}

/** Rows of a default partition lie in no day; answers the days (midnights) that they belong to. */
export async function strayDays(
  database: Queryable,
  table: Partition['table'],
  daysMax: number,
): Promise<number[]> {
  // From one day to the next by the primary key, instead of reading every row.
  const days: number[] = [];
  let from = lowestUuidAt(0);
  while (days.length < daysMax) {
    const { rows } = await database.query<{ id: string }>(
      `SELECT d.id FROM ${table}_default d WHERE d.id >= $1 ORDER BY d.id LIMIT 1`,
      [from],
    );
    const id = rows[0]?.id;
    if (id === undefined) break;
    const dayMs = Math.floor(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) / DAY_MS) * DAY_MS;
    days.push(dayMs);
    from = lowestUuidAt(dayMs + DAY_MS);
  }
  return days;
}
