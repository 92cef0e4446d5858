/** What the API tells of an endpoint's lane: whether it is being called now, and if not, why and until when. */
import type { Circuit } from '../model/endpoint.js';
import type { Queryable } from './database.js';

export interface CircuitState {
  state: Circuit;
  since: Date | null;
  reason: string | null;
  /** When an open circuit is probed; null while it is not open, and while the endpoint is disabled. */
  nextProbeAt: Date | null;
  consecutiveFailures: number;
  /** When it failed for the first time since it last succeeded; null: its last attempt succeeded, or there was none. */
  failingSince: Date | null;
  /** Not called before this: an open circuit, or a Retry-After that the endpoint sent. */
  pausedUntil: Date | null;
}

const CLOSED: CircuitState = {
  state: 'closed',
  since: null,
  reason: null,
  nextProbeAt: null,
  consecutiveFailures: 0,
  failingSince: null,
  pausedUntil: null,
};

interface Row {
  endpoint_id: string;
  circuit: Circuit;
  circuit_changed_at: Date | null;
  circuit_reason: string | null;
  consecutive_failures: number;
  failing_since: Date | null;
  paused_until: Date | null;
}

/** One for each of the ids. */
export async function readCircuits(
  sql: Queryable,
  endpointIds: string[],
): Promise<Map<string, CircuitState>> {
  const { rows } = await sql.query<Row>(
    `SELECT l.endpoint_id, l.circuit, l.circuit_changed_at, l.circuit_reason, l.consecutive_failures,
            l.failing_since,
            CASE WHEN isfinite(l.parked_until) AND l.parked_until > now() THEN l.parked_until END AS paused_until
       FROM lanes l WHERE l.endpoint_id = ANY ($1)`,
    [endpointIds],
  );
  const known = new Map(rows.map((row) => [row.endpoint_id, toState(row)]));
  return new Map(endpointIds.map((id) => [id, known.get(id) ?? CLOSED]));
}

function toState(row: Row): CircuitState {
  return {
    state: row.circuit,
    since: row.circuit_changed_at,
    reason: row.circuit === 'closed' ? null : row.circuit_reason,
    nextProbeAt: row.circuit === 'open' ? row.paused_until : null,
    consecutiveFailures: row.consecutive_failures,
    failingSince: row.failing_since,
    pausedUntil: row.paused_until,
  };
}
