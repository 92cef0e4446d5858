/**
 * The shared state of the circuit breakers. Attempts of several dispatchers are folded in one after the other: the
 * lanes' rows are locked, the pure rules of src/model/circuit.ts say what follows, and the rows are written back in the same
 * transaction. Only lanes that fail, or have failed lately, ever come here; a healthy endpoint costs nothing.
 *
 * A crash before the commit forgets a few results of the endpoint's health; the attempts themselves are logged already.
 */
import {
  afterAttempt,
  healthy,
  type AttemptResult,
  type CircuitChange,
  type LaneHealth,
} from '../model/circuit.js';
import type { Circuit } from '../model/endpoint.js';
import type { Database, Queryable } from './database.js';

export interface LaneReport {
  endpointId: string;
  results: AttemptResult[];
  /** The endpoint asked for a pause (429 or 503 with Retry-After), in milliseconds. */
  holdMs: number | undefined;
}

export interface LaneChange {
  endpointId: string;
  tenantId: string;
  /** Half open before an open one: a probe that failed, which is no news. */
  from: Circuit;
  change: CircuitChange;
  failingSinceMs: number | undefined;
}

interface Row {
  endpoint_id: string;
  tenant_id: string;
  circuit: Circuit;
  circuit_openings: number;
  consecutive_failures: number;
  window_started_ms: number | null;
  window_attempts: number;
  window_failures: number;
  failing_since_ms: number | null;
  now_ms: number;
}

/** Folds the reports in; answers the circuits that changed. */
export async function reportLanes(database: Database, reports: LaneReport[]): Promise<LaneChange[]> {
  if (reports.length === 0) return [];
  const byEndpoint = new Map(reports.map((report) => [report.endpointId, report]));
  return database.transaction(async (transaction) => {
    const rows = await lockHealth(transaction, [...byEndpoint.keys()]);
    const folded = rows.map((row) => fold(row, byEndpoint.get(row.endpoint_id)!));
    await writeHealth(transaction, folded);
    return folded.flatMap(toChange);
  });
}

/** A lane with what its report makes of it. */
interface Folded {
  row: Row;
  report: LaneReport;
  health: LaneHealth;
  change: CircuitChange | undefined;
}

function fold(row: Row, report: LaneReport): Folded {
  let health = toHealth(row);
  let change: CircuitChange | undefined;
  for (const result of report.results) {
    const after = afterAttempt(health, result, row.now_ms);
    health = after.health;
    change = after.change ?? change;
  }
  return { row, report, health, change };
}

function toChange({ row, health, change }: Folded): LaneChange[] {
  if (change === undefined) return [];
  const { endpoint_id: endpointId, tenant_id: tenantId, circuit: from } = row;
  return [{ endpointId, tenantId, from, change, failingSinceMs: health.failingSinceMs }];
}

async function lockHealth(transaction: Queryable, endpointIds: string[]): Promise<Row[]> {
  const { rows } = await transaction.query<Row>(
    {
      name: 'lock_lane_health',
      text: `SELECT l.endpoint_id, l.tenant_id, l.circuit, l.circuit_openings, l.consecutive_failures,
                    extract(epoch FROM l.window_started_at)::float8 * 1000 AS window_started_ms,
                    l.window_attempts, l.window_failures,
                    extract(epoch FROM l.failing_since)::float8 * 1000 AS failing_since_ms,
                    extract(epoch FROM now())::float8 * 1000 AS now_ms
               FROM lanes l WHERE l.endpoint_id = ANY ($1) ORDER BY l.endpoint_id FOR UPDATE`,
    },
    [endpointIds],
  );
  return rows;
}

async function writeHealth(transaction: Queryable, folded: Folded[]): Promise<void> {
  await transaction.query(
    {
      name: 'write_lane_health',
      text: `
        UPDATE lanes l
           SET circuit = g.circuit,
               circuit_openings = g.openings,
               consecutive_failures = g.consecutive_failures,
               window_started_at = to_timestamp(g.window_started_ms / 1000),
               window_attempts = g.window_attempts,
               window_failures = g.window_failures,
               failing_since = to_timestamp(g.failing_since_ms / 1000),
               last_success_at = CASE WHEN g.succeeded THEN now() ELSE l.last_success_at END,
               last_failure_at = CASE WHEN g.failed THEN now() ELSE l.last_failure_at END,
               circuit_changed_at = CASE WHEN g.reason IS NULL THEN l.circuit_changed_at ELSE now() END,
               circuit_reason = coalesce(g.reason, l.circuit_reason),
               -- 'infinity' (disabled) is never shortened; a closing circuit ends its own pause.
               parked_until = CASE
                 WHEN l.parked_until = 'infinity' THEN l.parked_until
                 WHEN g.park_ms IS NOT NULL THEN greatest(l.parked_until, now() + g.park_ms * interval '1 ms')
                 WHEN g.circuit = 'closed' AND l.circuit <> 'closed' THEN now()
                 ELSE l.parked_until END,
               ramp_started_at = CASE WHEN g.circuit = 'closed' AND l.circuit <> 'closed' THEN now() ELSE l.ramp_started_at END,
               ready_at = CASE WHEN g.reason IS NULL THEN l.ready_at ELSE least(l.ready_at, now()) END
          FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::float8[], $6::int[], $7::int[], $8::float8[],
                      $9::boolean[], $10::boolean[], $11::text[], $12::float8[])
            AS g (endpoint_id, circuit, openings, consecutive_failures, window_started_ms, window_attempts,
                  window_failures, failing_since_ms, succeeded, failed, reason, park_ms)
         WHERE l.endpoint_id = g.endpoint_id`,
    },
    [
      folded.map(({ row }) => row.endpoint_id),
      folded.map(({ health }) => health.circuit),
      folded.map(({ health }) => health.openings),
      folded.map(({ health }) => health.consecutiveFailures),
      folded.map(({ health }) => health.windowStartedAtMs),
      folded.map(({ health }) => health.windowAttempts),
      folded.map(({ health }) => health.windowFailures),
      folded.map(({ health }) => health.failingSinceMs ?? null),
      folded.map(({ report }) => report.results.some((result) => result.success)),
      folded.map(({ report }) => report.results.some((result) => !result.success)),
      folded.map(({ change }) => change?.reason ?? null),
      folded.map(({ change, report }) => parkMs(change, report.holdMs)),
    ],
  );
}

/** 410: the endpoint asked never to be called again. Its deliveries wait until somebody enables it. */
export async function disableEndpoint(
  database: Database,
  endpointId: string,
  reason: 'gone' | 'failing',
): Promise<{ tenantId: string } | undefined> {
  return database.transaction(async (transaction) => {
    const { rows } = await transaction.query<{ tenant_id: string }>(
      `UPDATE endpoints e SET disabled = true, disabled_reason = $2, disabled_at = now(), updated_at = clock_timestamp()
        WHERE e.id = $1 AND NOT e.disabled AND e.deleted_at IS NULL RETURNING e.tenant_id`,
      [endpointId, reason],
    );
    const row = rows[0];
    if (row === undefined) return undefined;
    await transaction.query(`UPDATE lanes l SET parked_until = 'infinity' WHERE l.endpoint_id = $1`, [
      endpointId,
    ]);
    return { tenantId: row.tenant_id };
  });
}

function toHealth(row: Row): LaneHealth {
  return {
    ...healthy,
    circuit: row.circuit,
    openings: row.circuit_openings,
    consecutiveFailures: row.consecutive_failures,
    windowStartedAtMs: row.window_started_ms ?? 0,
    windowAttempts: row.window_attempts,
    windowFailures: row.window_failures,
    failingSinceMs: row.failing_since_ms ?? undefined,
  };
}

function parkMs(change: CircuitChange | undefined, holdMs: number | undefined): number | null {
  const pauseMs = change?.to === 'open' ? change.pauseMs : 0;
  const longest = Math.max(pauseMs, holdMs ?? 0);
  return longest > 0 ? longest : null;
}
