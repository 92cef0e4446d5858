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

/** Takes a partition out of its table; a deliveries' one only if nothing in it is pending, which it makes sure of under the lock. */
export async function detachPartition(database: Database, partition: Partition): Promise<Detached> {
  try {
    const detached = await withLockTries(() =>
      database.transaction(async (transaction) => {
        await transaction.query(`SET LOCAL lock_timeout = '${LOCK_MS_MAX}ms'`);
        await transaction.query(`ALTER TABLE ${partition.table} DETACH PARTITION ${partition.name}`);
        if (partition.table === 'deliveries' && (await holdsPending(transaction, partition)))
          throw new StillOwed(partition.name);
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

/** Two looks into partial indexes that hold nothing but what is pending. */
async function holdsPending(database: Queryable, { name }: Partition): Promise<boolean> {
  const { rows } = await database.query<{ pending: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM ${name} d WHERE d.status = 'pending' AND NOT d.leased)
         OR EXISTS (SELECT 1 FROM ${name} d WHERE d.status = 'pending' AND d.leased) AS pending`,
  );
  return rows[0]!.pending;
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
 */
export async function expireBatch(
  database: Queryable,
  partition: Partition,
  limit = BATCH,
): Promise<ExpiredDeliveries[]> {
  return expire(database, `SELECT d.id FROM ${partition.name} d WHERE ${WAITING}`, limit);
}

/** The same for deliveries of later days whose event is of this day: recovered ones, whose event is about to go. */
export async function expireOrphansBatch(
  database: Queryable,
  dayMs: number,
  limit = BATCH,
): Promise<ExpiredDeliveries[]> {
  const [from, to] = [lowestUuidAt(dayMs), lowestUuidAt(dayMs + DAY_MS)];
  return expire(
    database,
    `SELECT d.id FROM deliveries d WHERE d.id >= '${to}' AND d.event_id >= '${from}' AND d.event_id < '${to}' AND ${WAITING}`,
    limit,
  );
}

const WAITING = `d.status = 'pending' AND NOT d.leased`;

async function expire(database: Queryable, select: string, limit: number): Promise<ExpiredDeliveries[]> {
  const { rows } = await database.query<{ endpoint_id: string; tenant_id: string; deliveries: number }>(
    `WITH picked AS (${select} LIMIT ${limit} FOR UPDATE SKIP LOCKED),
     expired AS (
       UPDATE deliveries d
          SET status = 'failed', epoch = d.epoch + 1, completed_at = now(), last_error_code = 'expired'
         FROM picked p WHERE d.id = p.id AND ${WAITING}
       RETURNING d.endpoint_id, d.tenant_id)
     SELECT x.endpoint_id, x.tenant_id, count(*) AS deliveries FROM expired x GROUP BY 1, 2`,
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
