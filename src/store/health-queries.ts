/**
 * Questions about the installation's health, asked every few seconds for years: each must stay cheap with a million
 * waiting deliveries and a hundred thousand endpoints, and none may take a lock that anybody waits for.
 */
import { migrations } from '../../migrations/index.js';
import type { Queryable, Statement } from './database.js';
import { isTroubled, isWell } from './lane-condition.js';
import { DAY_MS, partitionedTables, partitionName, type PartitionedTable } from './partitions.js';
import { taskAges } from './upkeep-claims.js';

/** What one process measures for all of them (src/store/measurements.ts). */
export interface Figures {
  /** Age of the oldest delivery that could be sent now: no circuit, pause or rate limit of its endpoint holds it back. */
  lagSeconds: number;
  /** How long the lane that has waited longest has waited for a scheduler: grows when there are too few dispatchers. */
  schedulingDelaySeconds: number;
  /** Pending deliveries in the ledger: due, parked, or waiting for their retry. */
  waiting: number;
  /** Pending deliveries in the hot window: in the queue or in a dispatcher. */
  leased: number;
  circuitsOpen: number;
  circuitsHalfOpen: number;
  /** Endpoints that have only failed since some time. */
  failing: number;
  endpointsDisabled: Record<string, number>;
  dispatchers: number;
  partitionsMissing: number;
  /** Tables whose default partition holds rows. */
  strayTables: string[];
  tableBytes: Record<PartitionedTable, number>;
  /** Since each upkeep task last succeeded. */
  upkeepAgeSeconds: Record<string, number>;
}

/** Lanes looked into for the lag: the longest waiting ones, each with a look into every day's index. */
const LAG_LANES_MAX = 200;

export async function measure(database: Queryable, nowMs: number): Promise<Figures> {
  // One after the other: figures are not worth more than one connection.
  const partitions = await checkPartitions(database, nowMs);
  return {
    ...(await measureLag(database)),
    ...(await countPending(database)),
    ...(await countTroubled(database)),
    endpointsDisabled: await countDisabled(database),
    dispatchers: await countDispatchers(database),
    partitionsMissing: partitions.missing.length,
    strayTables: partitions.strayTables,
    tableBytes: await sizeTables(database),
    upkeepAgeSeconds: await taskAges(database),
  };
}

/**
 * Lanes that do well and those that have failed lately have an index each, and are asked for apart: one question about all of them would
 * read every lane there is.
 */
const readyLanes = (condition: string): string => `
          (SELECT l.endpoint_id, GREATEST(l.ready_at, l.parked_until) AS since FROM lanes l
            WHERE ${condition} AND GREATEST(l.ready_at, l.parked_until) <= now() + interval '1 second'
            ORDER BY GREATEST(l.ready_at, l.parked_until) LIMIT ${LAG_LANES_MAX})`;

/**
 * A lane that rests for a moment (its endpoint is busy, or out of tokens) counts as ready: it would flicker otherwise.
 * A lease that ran out counts too: when no dispatcher lives, nothing else tells.
 */
export const MEASURE_LAG: Statement = {
  name: 'measure_lag',
  text: `
        WITH ready AS (${readyLanes(isWell('l'))}
          UNION ALL ${readyLanes(isTroubled('l'))}
        ), oldest AS (
          SELECT r.since, w.due_at FROM ready r
            LEFT JOIN LATERAL (
              SELECT d.due_at FROM deliveries d
               WHERE d.endpoint_id = r.endpoint_id AND d.status = 'pending' AND NOT d.leased AND d.due_at <= now()
               ORDER BY d.due_at LIMIT 1) w ON true
        ), lost AS (
          SELECT d.due_at FROM deliveries d WHERE d.leased ORDER BY d.due_at LIMIT 1
        )
        SELECT extract(epoch FROM GREATEST(now() - (SELECT min(o.due_at) FROM oldest o),
                                           now() - (SELECT x.due_at FROM lost x), interval '0'))::float8 AS lag,
               extract(epoch FROM GREATEST(now() - (SELECT min(o.since) FROM oldest o WHERE o.due_at IS NOT NULL),
                                           now() - (SELECT x.due_at FROM lost x), interval '0'))::float8 AS delay`,
};

async function measureLag(
  database: Queryable,
): Promise<Pick<Figures, 'lagSeconds' | 'schedulingDelaySeconds'>> {
  const { rows } = await database.query<{ lag: number; delay: number }>(MEASURE_LAG, []);
  return { lagSeconds: rows[0]!.lag, schedulingDelaySeconds: rows[0]!.delay };
}

/** Both counts read partial indexes that hold nothing but what is counted. */
async function countPending(database: Queryable): Promise<Pick<Figures, 'waiting' | 'leased'>> {
  const { rows } = await database.query<{ waiting: number; leased: number }>(
    `SELECT (SELECT count(*) FROM deliveries d WHERE d.status = 'pending' AND NOT d.leased) AS waiting,
            (SELECT count(*) FROM deliveries d WHERE d.leased) AS leased`,
  );
  return rows[0]!;
}

async function countTroubled(
  database: Queryable,
): Promise<Pick<Figures, 'circuitsOpen' | 'circuitsHalfOpen' | 'failing'>> {
  const { rows } = await database.query<{ open: number; half_open: number; failing: number }>(
    `SELECT count(*) FILTER (WHERE l.circuit = 'open') AS open,
            count(*) FILTER (WHERE l.circuit = 'half_open') AS half_open,
            count(*) FILTER (WHERE l.failing_since IS NOT NULL) AS failing
       FROM lanes l JOIN endpoints e ON e.id = l.endpoint_id AND e.deleted_at IS NULL AND NOT e.disabled
      WHERE l.failing_since IS NOT NULL OR l.circuit <> 'closed'`,
  );
  const row = rows[0]!;
  return { circuitsOpen: row.open, circuitsHalfOpen: row.half_open, failing: row.failing };
}

async function countDisabled(database: Queryable): Promise<Record<string, number>> {
  const { rows } = await database.query<{ reason: string; endpoints: number }>(
    `SELECT coalesce(e.disabled_reason, 'unknown') AS reason, count(*) AS endpoints
       FROM endpoints e WHERE e.disabled AND e.deleted_at IS NULL GROUP BY 1`,
  );
  return Object.fromEntries(rows.map((row) => [row.reason, row.endpoints]));
}

async function countDispatchers(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ living: number }>(
    `SELECT count(*) AS living FROM dispatchers d WHERE d.heartbeat_at > now() - interval '7 seconds'`,
  );
  return rows[0]!.living;
}

async function sizeTables(database: Queryable): Promise<Record<PartitionedTable, number>> {
  const { rows } = await database.query<{ parent: PartitionedTable; bytes: number }>(
    `SELECT p.name AS parent, coalesce(sum(pg_total_relation_size(i.inhrelid)), 0)::bigint AS bytes
       FROM unnest($1::text[]) AS p (name) LEFT JOIN pg_inherits i ON i.inhparent = p.name::regclass GROUP BY 1`,
    [partitionedTables],
  );
  return Object.fromEntries(rows.map((row) => [row.parent, row.bytes])) as Record<PartitionedTable, number>;
}

export interface PartitionCondition {
  /** Of today's and tomorrow's, those that are not there. */
  missing: string[];
  strayTables: string[];
}

export async function checkPartitions(database: Queryable, nowMs: number): Promise<PartitionCondition> {
  const wanted = partitionedTables.flatMap((table) => [
    partitionName(table, nowMs),
    partitionName(table, nowMs + DAY_MS),
  ]);
  const { rows } = await database.query<{ missing: string[]; strays: string[] }>(
    `SELECT coalesce((SELECT array_agg(w.name) FROM unnest($1::text[]) AS w (name)
                       WHERE NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = to_regclass(w.name))), '{}') AS missing,
            array_remove(ARRAY[CASE WHEN EXISTS (SELECT 1 FROM events_default) THEN 'events' END,
                               CASE WHEN EXISTS (SELECT 1 FROM deliveries_default) THEN 'deliveries' END,
                               CASE WHEN EXISTS (SELECT 1 FROM attempts_default) THEN 'attempts' END], NULL) AS strays`,
    [wanted],
  );
  return { missing: rows[0]!.missing, strayTables: rows[0]!.strays };
}

/** Names of the migrations that this version brings and the database has not had. */
export async function pendingMigrations(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(`SELECT m.name FROM posthorn_migrations m`);
  const applied = new Set(rows.map((row) => row.name));
  return migrations.map((migration) => migration.name).filter((name) => !applied.has(name));
}
