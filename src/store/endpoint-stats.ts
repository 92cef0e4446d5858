/**
 * How an endpoint has been doing. There is no index of attempts by endpoint (each attempt would pay for it, and only
 * this would use it), so its newest deliveries are read, and their attempts.
 *
 * What it trades away: with more deliveries than are read, the figures are those of the newest ones, and retries of
 * older ones are missing. `sampled` says so, and `from` how far back the figures reach. In exchange the cost is the
 * same with ten thousand attempts and with ten million.
 */
import { lowestUuidAt, uuidTimeMs } from '../model/id.js';
import type { Queryable } from './database.js';

export interface EndpointStats {
  /** The figures are of attempts from here on. */
  from: Date;
  /** True when the endpoint has more deliveries than were looked at. */
  sampled: boolean;
  attempts: number;
  succeeded: number;
  /** Of one attempt, in milliseconds; null without attempts. */
  latencyMs: { p50: number; p95: number; p99: number } | null;
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  backlog: Backlog;
}

/** Deliveries that wait in the ledger: due ones, and retries whose time has not come. */
export interface Backlog {
  /** Counted up to a bound; `more`: there are more than that. */
  waiting: number;
  more: boolean;
  /** Since when the first in line is due; null: nothing is. */
  dueSince: Date | null;
}

/** Newest deliveries whose attempts are read: 0.1 to 0.2 s of a busy machine, whatever the size of the tables. */
const DELIVERIES_MAX = 5_000;
const BACKLOG_MAX = 10_000;

export async function readEndpointStats(
  database: Queryable,
  endpointId: string,
  windowMs: number,
  nowMs: number,
): Promise<EndpointStats> {
  const startMs = nowMs - windowMs;
  const [attempts, backlog] = await Promise.all([
    readAttempts(database, endpointId, startMs),
    readBacklog(database, endpointId),
  ]);
  const { oldest, looked, p50, p95, p99 } = attempts;
  const sampled = looked === DELIVERIES_MAX;
  return {
    from: new Date(sampled && oldest !== null ? Math.max(startMs, uuidTimeMs(oldest)) : startMs),
    sampled,
    attempts: attempts.attempts,
    succeeded: attempts.succeeded,
    latencyMs: p50 === null ? null : { p50, p95: p95!, p99: p99! },
    lastSuccessAt: attempts.last_success_at,
    lastFailureAt: attempts.last_failure_at,
    backlog,
  };
}

interface AttemptsRow {
  looked: number;
  oldest: string | null;
  attempts: number;
  succeeded: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  last_success_at: Date | null;
  last_failure_at: Date | null;
}

/**
 * An attempt of the window may belong to any delivery, however old, whose last attempt was in the window. The last
 * success and failure are those of the window or, before it, what the lane remembers.
 */
async function readAttempts(database: Queryable, endpointId: string, startMs: number): Promise<AttemptsRow> {
  const { rows } = await database.query<AttemptsRow>(
    {
      name: 'read_endpoint_attempts',
      text: `
        WITH newest AS MATERIALIZED (
          SELECT d.id, d.last_attempt_at FROM deliveries d
           WHERE d.endpoint_id = $1 ORDER BY d.endpoint_id DESC, d.id DESC LIMIT ${DELIVERIES_MAX}
        ), made AS MATERIALIZED (
          SELECT a.error_code IS NULL AS succeeded, a.duration_ms, a.started_at
            FROM newest n
           CROSS JOIN LATERAL (
             SELECT x.error_code, x.duration_ms, x.started_at FROM attempts x
              WHERE x.delivery_id = n.id AND x.id >= $2 OFFSET 0) a
           WHERE n.last_attempt_at >= $3
        )
        SELECT (SELECT count(*) FROM newest) AS looked,
               (SELECT n.id FROM newest n ORDER BY n.id LIMIT 1) AS oldest,
               count(*) AS attempts, count(*) FILTER (WHERE m.succeeded) AS succeeded,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY m.duration_ms) AS p50,
               percentile_cont(0.95) WITHIN GROUP (ORDER BY m.duration_ms) AS p95,
               percentile_cont(0.99) WITHIN GROUP (ORDER BY m.duration_ms) AS p99,
               greatest(max(m.started_at) FILTER (WHERE m.succeeded),
                        (SELECT l.last_success_at FROM lanes l WHERE l.endpoint_id = $1)) AS last_success_at,
               greatest(max(m.started_at) FILTER (WHERE NOT m.succeeded),
                        (SELECT l.last_failure_at FROM lanes l WHERE l.endpoint_id = $1)) AS last_failure_at
          FROM made m`,
    },
    [endpointId, lowestUuidAt(startMs), new Date(startMs)],
  );
  return rows[0]!;
}

async function readBacklog(database: Queryable, endpointId: string): Promise<Backlog> {
  const { rows } = await database.query<{ waiting: number; first_due_at: Date | null }>(
    {
      name: 'read_endpoint_backlog',
      text: `
        WITH waiting AS MATERIALIZED (
          SELECT w.due_at FROM deliveries w
           WHERE w.endpoint_id = $1 AND w.status = 'pending' AND NOT w.leased
           ORDER BY w.due_at LIMIT ${BACKLOG_MAX + 1}
        )
        SELECT count(*) AS waiting, min(w.due_at) FILTER (WHERE w.due_at <= now()) AS first_due_at FROM waiting w`,
    },
    [endpointId],
  );
  const { waiting, first_due_at: dueSince } = rows[0]!;
  return { waiting: Math.min(waiting, BACKLOG_MAX), more: waiting > BACKLOG_MAX, dueSince };
}
