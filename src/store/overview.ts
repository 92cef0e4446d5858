/**
 * What the console's first page shows. It must cost the same with ten million deliveries as with ten, because it is
 * open on somebody's second screen all day. So nothing here counts a table:
 *
 * - What happened over time is read from a bounded number of pages (TABLESAMPLE SYSTEM), and scaled up. With little
 *   data that is all of it, and exact. The sample is the same each time (REPEATABLE), so that a chart stands still
 *   when nothing happens. The price: with much data, figures are estimates (within a few per cent), and say so.
 * - What waits is counted along its own partial index, up to a bound.
 * - The lag is asked of the lanes that are most overdue: any older delivery would be in one of them.
 */
import { lowestUuidAt } from '../model/id.js';
import type { Queryable } from './database.js';
import { partitionName } from './partitions.js';

export interface OverviewWindow {
  from: Date;
  /** Not included. */
  to: Date;
  buckets: number;
}

export interface DeliveryBucket {
  bucket: number;
  status: 'pending' | 'succeeded' | 'failed' | 'canceled';
  count: number;
}

export interface AttemptBucket {
  /** Null: the whole window. */
  bucket: number | null;
  attempts: number;
  failures: number;
  p50: number;
  p95: number;
  p99: number;
}

export interface Sampled<T> {
  rows: T[];
  /** Of the table's pages, the share that was read; 1: all of them, the figures are exact. */
  share: number;
}

/** 8 MiB of pages: some 50,000 deliveries or 10,000 attempts, which know a share of 5 % to within a tenth of it. */
const PAGES_MAX = 1_000;
const PAGE_BYTES = 8_192;

const BUCKET = `floor(extract(epoch FROM (%s - $2::timestamptz)) / extract(epoch FROM ($3::timestamptz - $2::timestamptz)) * $4)::int`;

export async function readDeliveryBuckets(
  sql: Queryable,
  window: OverviewWindow,
  pagesMax = PAGES_MAX,
): Promise<Sampled<DeliveryBucket>> {
  const share = await shareToRead(sql, 'deliveries', window.from, pagesMax);
  const { rows } = await sql.query<DeliveryBucket>(
    `SELECT ${BUCKET.replace('%s', 'd.created_at')} AS bucket, d.status, count(*)::int AS count
       FROM deliveries d ${sample(share)}
      WHERE d.id >= $1 AND d.created_at >= $2 AND d.created_at < $3
      GROUP BY 1, 2`,
    valuesOf(window),
  );
  return { rows, share };
}

export async function readAttemptBuckets(
  sql: Queryable,
  window: OverviewWindow,
  pagesMax = PAGES_MAX,
): Promise<Sampled<AttemptBucket>> {
  const share = await shareToRead(sql, 'attempts', window.from, pagesMax);
  const { rows } = await sql.query<AttemptBucket>(
    `SELECT a.bucket, count(*)::int AS attempts, count(a.error_code)::int AS failures,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY a.duration_ms) AS p50,
            percentile_cont(0.95) WITHIN GROUP (ORDER BY a.duration_ms) AS p95,
            percentile_cont(0.99) WITHIN GROUP (ORDER BY a.duration_ms) AS p99
       FROM (SELECT ${BUCKET.replace('%s', 't.started_at')} AS bucket, t.error_code, t.duration_ms
               FROM attempts t ${sample(share)}
              WHERE t.id >= $1 AND t.started_at >= $2 AND t.started_at < $3) a
      GROUP BY GROUPING SETS ((a.bucket), ())`,
    valuesOf(window),
  );
  // Without a single attempt, the whole window is still a row, of nulls.
  return { rows: rows.filter(({ attempts }) => attempts > 0), share };
}

/** The number is ours, from the division below: nothing of a request is in it. */
function sample(share: number): string {
  return `TABLESAMPLE SYSTEM (${(share * 100).toFixed(6)}) REPEATABLE (7)`;
}

/** The lowest id of the window spares the partitions of the days before it. */
function valuesOf({ from, to, buckets }: OverviewWindow): unknown[] {
  return [lowestUuidAt(from.getTime()), from, to, buckets];
}

async function shareToRead(
  sql: Queryable,
  table: 'deliveries' | 'attempts',
  from: Date,
  pagesMax: number,
): Promise<number> {
  // Asks the file system, not the statistics: those may be a day old. Partitions are named after their day.
  const { rows } = await sql.query<{ bytes: string | number }>(
    `SELECT coalesce(sum(pg_relation_size(c.oid)), 0) AS bytes
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = $1::regclass AND (c.relname >= $2 OR c.relname = $3)`,
    [table, partitionName(table, from.getTime()), `${table}_default`],
  );
  const pages = Number(rows[0]!.bytes) / PAGE_BYTES;
  return Math.min(1, pagesMax / Math.max(pages, 1));
}

export interface Backlog {
  /** Pending and not in the hot window, up to BACKLOG_COUNTED_MAX. */
  waiting: number;
  /** Of those, due by now. */
  due: number;
  /** In the queue or being sent. */
  underWay: number;
  /** How long the oldest delivery that may be sent has been due, in milliseconds; null: none is. */
  lagMs: number | null;
}

export const BACKLOG_COUNTED_MAX = 20_000;
/** Each costs a look into every partition's index. */
const LANES_ASKED_MAX = 100;

/** @param sql a transaction that may not scan tables (see withoutTableScans) */
export async function readBacklog(sql: Queryable): Promise<Backlog> {
  const { rows } = await sql.query<Backlog>(
    `SELECT w.waiting, w.due, u.under_way AS "underWay", l.lag_ms AS "lagMs"
       FROM (SELECT count(*)::int AS waiting, count(*) FILTER (WHERE p.due_at <= now())::int AS due
               FROM (SELECT d.due_at FROM deliveries d WHERE d.status = 'pending' AND NOT d.leased LIMIT $1) p) w,
            (SELECT count(*)::int AS under_way FROM (SELECT 1 FROM deliveries d WHERE d.leased LIMIT $1) p) u,
            (SELECT extract(epoch FROM now() - min(o.due_at))::float8 * 1000 AS lag_ms
               FROM (SELECT n.endpoint_id FROM lanes n
                      WHERE GREATEST(n.ready_at, n.parked_until) <= now()
                      ORDER BY GREATEST(n.ready_at, n.parked_until) LIMIT $2) n
               CROSS JOIN LATERAL (SELECT d.due_at FROM deliveries d
                                    WHERE d.endpoint_id = n.endpoint_id AND d.status = 'pending' AND NOT d.leased
                                      AND d.due_at <= now()
                                    ORDER BY d.due_at LIMIT 1) o) l`,
    [BACKLOG_COUNTED_MAX, LANES_ASKED_MAX],
  );
  return rows[0]!;
}

/**
 * The planner cannot know how few rows wait among ten million; it may think that a scan of the table will meet enough
 * of them soon. For the length of the transaction it must take an index.
 */
export async function withoutTableScans(sql: Queryable): Promise<void> {
  await sql.query(`SET LOCAL enable_seqscan = off`);
  await sql.query(`SET LOCAL jit = off`);
}
