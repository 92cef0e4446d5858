/**
 * The scheduler's statements: which lanes are ready, which of their deliveries to claim, what is left behind. All of
 * one look happens in one transaction with the lanes locked; other schedulers skip them (`SKIP LOCKED`).
 */
import type { Circuit, FailurePolicy, Ordering } from '../model/endpoint.js';
import type { DeliveryReference, DeliveryStatus } from '../model/delivery.js';
import type { Queryable } from './database.js';
import { isTroubled, isWell } from './lane-condition.js';

export interface LaneRow {
  endpointId: string;
  /** It has failed lately. */
  troubled: boolean;
  circuit: Circuit;
  disabled: boolean;
  maxInFlight: number | null;
  timeoutMs: number | null;
  rateLimitPerSecond: number | null;
  /** Of `lanes.outstanding`, what is still pending under a lease that holds. */
  outstandingIds: string[];
  /** Its deliveries go one by one, in the order of emit. */
  ordered: boolean;
  /** Of an ordered lane: the last delivery let out, unless it has ended and the next may go. */
  head: LaneHead | undefined;
  rateTokens: number;
  sinceRefillMs: number | null;
  sinceRampMs: number | null;
}

export interface LaneHead {
  deliveryId: string;
  /** `failed`: for good, and the endpoint wants the others to wait for what a person decides. */
  state: 'out' | 'waiting' | 'failed';
  /** Until it is due, while it waits. */
  dueInMs: number;
}

export interface ClaimRequest {
  endpointId: string;
  quota: number;
  leaseMs: number;
}

export interface ClaimedDelivery extends DeliveryReference {
  endpointId: string;
}

/** What a claim's `RETURNING` gives. */
export interface ClaimedRow {
  id: string;
  event_id: string;
  endpoint_id: string;
  epoch: number;
}

export function toClaimed(row: ClaimedRow): ClaimedDelivery {
  return { deliveryId: row.id, eventId: row.event_id, endpointId: row.endpoint_id, epoch: row.epoch };
}

export interface LaneUpdate {
  endpointId: string;
  /** When to look again if deliveries that are due were left behind. */
  pauseMs: number;
  /** When to look again whatever is due: nobody's turn comes before; null: as what is left behind says. */
  waitMs: number | null;
  outstandingIds: string[];
  tokens: number | null;
  ramping: boolean;
  /** A probe is out: nothing else until it reports or its lease ends. */
  probeLeaseMs: number | null;
}

const READY = 'GREATEST(x.ready_at, x.parked_until) <= now()';
const WELL = isWell('x');
const TROUBLED = isTroubled('x');

/** Asked between looks while there is nothing to do: one statement instead of a transaction of three. */
export async function isAnyLaneReady(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ ready: boolean }>({
    name: 'is_any_lane_ready',
    text: `SELECT EXISTS (SELECT FROM lanes x WHERE ${READY} AND ${WELL})
               OR EXISTS (SELECT FROM lanes x WHERE ${READY} AND ${TROUBLED}) AS ready`,
  });
  return rows[0]!.ready;
}

/**
 * Locks lanes whose time has come, the longest waiting first: up to `limit` of those that have failed lately, and as many of
 * those that do well, before whom ten thousand that fail together would otherwise stand. Every column is read from the
 * row as it was locked, and what is still out is asked for in a statement of its own: a joined read would show the
 * lane as it was before the lock, and let a second probe out.
 */
export async function lockReadyLanes(transaction: Queryable, limit: number): Promise<LaneRow[]> {
  const { rows } = await transaction.query<{
    endpoint_id: string;
    troubled: boolean;
    circuit: Circuit;
    disabled: boolean;
    max_in_flight: number | null;
    timeout_ms: number | null;
    rate_limit_per_second: number | null;
    ordering: Ordering;
    on_failure: FailurePolicy;
    outstanding: string[];
    rate_tokens: number;
    since_refill_ms: number | null;
    since_ramp_ms: number | null;
  }>(
    {
      name: 'lock_ready_lanes',
      text: `
        WITH well AS MATERIALIZED (${lockThose(WELL)}), troubled AS MATERIALIZED (${lockThose(TROUBLED)})
        SELECT l.*, (e.disabled OR e.deleted_at IS NOT NULL) AS disabled, e.max_in_flight, e.timeout_ms, e.rate_limit_per_second,
               e.ordering, e.on_failure
          FROM (SELECT w.*, false AS troubled FROM well w UNION ALL SELECT t.*, true FROM troubled t) l
          JOIN endpoints e ON e.id = l.endpoint_id`,
    },
    [limit],
  );
  const states = await statesOf(
    transaction,
    rows.flatMap((row) => row.outstanding),
  );
  return rows.map((row) => ({
    endpointId: row.endpoint_id,
    troubled: row.troubled,
    circuit: row.circuit,
    disabled: row.disabled,
    maxInFlight: row.max_in_flight,
    timeoutMs: row.timeout_ms,
    rateLimitPerSecond: row.rate_limit_per_second,
    outstandingIds: row.outstanding.filter((id) => states.get(id)?.out),
    ordered: row.ordering === 'strict',
    head: row.ordering === 'strict' ? headOf(row.outstanding[0], row.on_failure, states) : undefined,
    rateTokens: row.rate_tokens,
    sinceRefillMs: row.since_refill_ms,
    sinceRampMs: row.since_ramp_ms,
  }));
}

function lockThose(condition: string): string {
  return `
    SELECT x.endpoint_id, x.circuit, x.rate_tokens, x.outstanding,
           CASE WHEN x.rate_refilled_at = '-infinity' THEN NULL
                ELSE extract(epoch FROM now() - x.rate_refilled_at)::float8 * 1000 END AS since_refill_ms,
           extract(epoch FROM now() - x.ramp_started_at)::float8 * 1000 AS since_ramp_ms
      FROM lanes x
     WHERE ${READY} AND ${condition}
     ORDER BY GREATEST(x.ready_at, x.parked_until)
     LIMIT $1 FOR UPDATE SKIP LOCKED`;
}

interface OutstandingState {
  status: DeliveryStatus;
  leased: boolean;
  /** Failed for its age, not by its endpoint: nothing that anybody could decide about. */
  expired: boolean;
  /** Pending, under a lease that holds. */
  out: boolean;
  due_in_ms: number;
}

/** Deliveries that were let out of governed lanes, as they are now, unless they have succeeded or were canceled. */
async function statesOf(
  transaction: Queryable,
  deliveryIds: string[],
): Promise<Map<string, OutstandingState>> {
  if (deliveryIds.length === 0) return new Map();
  const { rows } = await transaction.query<OutstandingState & { id: string }>(
    `SELECT d.id, d.status, d.leased, d.status = 'pending' AND d.leased AND d.due_at > now() AS out,
            coalesce(d.last_error_code = 'expired', false) AS expired,
            extract(epoch FROM d.due_at - now())::float8 * 1000 AS due_in_ms
       FROM deliveries d WHERE d.id = ANY ($1) AND d.status IN ('pending', 'failed')`,
    [deliveryIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

function headOf(
  deliveryId: string | undefined,
  onFailure: FailurePolicy,
  states: Map<string, OutstandingState>,
): LaneHead | undefined {
  const state = deliveryId === undefined ? undefined : states.get(deliveryId);
  if (state === undefined) return undefined;
  const head = { deliveryId: deliveryId!, dueInMs: state.due_in_ms };
  if (state.status === 'failed')
    return onFailure === 'hold' && !state.expired ? { ...head, state: 'failed' } : undefined;
  // A lease that has run out is still one until it is rescued: its holder may yet report.
  return { ...head, state: state.leased ? 'out' : 'waiting' };
}

/** Claims each lane's oldest due deliveries: a lease, and a new epoch that makes every older reference stale. */
export async function claimDue(transaction: Queryable, requests: ClaimRequest[]): Promise<ClaimedDelivery[]> {
  if (requests.length === 0) return [];
  const { rows } = await transaction.query<ClaimedRow>(
    {
      name: 'claim_due',
      text: `
        UPDATE deliveries d
           SET leased = true, epoch = d.epoch + 1, due_at = now() + due.lease_ms * interval '1 ms'
          FROM (SELECT x.id, g.lease_ms
                  FROM unnest($1::uuid[], $2::int[], $3::int[]) AS g (endpoint_id, quota, lease_ms)
                 CROSS JOIN LATERAL (
                   SELECT w.id FROM deliveries w
                    WHERE w.endpoint_id = g.endpoint_id AND w.status = 'pending' AND NOT w.leased AND w.due_at <= now()
                    ORDER BY w.due_at, w.id LIMIT g.quota FOR UPDATE SKIP LOCKED) x) due
         WHERE d.id = due.id
        RETURNING d.id, d.event_id, d.endpoint_id, d.epoch`,
    },
    [
      requests.map((request) => request.endpointId),
      requests.map((request) => request.quota),
      requests.map((request) => request.leaseMs),
    ],
  );
  return rows.map(toClaimed);
}

/**
 * Writes the lanes back. What still waits decides when each is looked at next: at once if something is due (after its
 * pause), when the next retry is due, or never until somebody wakes it.
 */
export async function updateLanes(transaction: Queryable, updates: LaneUpdate[]): Promise<void> {
  await transaction.query(
    {
      name: 'update_lanes',
      text: `
        UPDATE lanes l
           SET backlogged = coalesce(next.due_at <= now(), false),
               ready_at = CASE WHEN g.wait_ms IS NOT NULL THEN now() + g.wait_ms * interval '1 ms'
                               WHEN next.due_at IS NULL THEN 'infinity'
                               WHEN next.due_at <= now() THEN now() + g.pause_ms * interval '1 ms'
                               ELSE next.due_at END,
               outstanding = g.outstanding::uuid[],
               rate_tokens = coalesce(g.tokens, 0),
               rate_refilled_at = CASE WHEN g.tokens IS NULL THEN '-infinity' ELSE now() END,
               ramp_started_at = CASE WHEN g.ramping THEN l.ramp_started_at END,
               circuit = CASE WHEN g.probe_lease_ms IS NULL THEN l.circuit ELSE 'half_open' END,
               parked_until = CASE WHEN g.probe_lease_ms IS NULL THEN l.parked_until
                                   ELSE now() + g.probe_lease_ms * interval '1 ms' END
          FROM unnest($1::uuid[], $2::int[], $3::text[], $4::real[], $5::boolean[], $6::int[],
                      $7::float8[])
               AS g (endpoint_id, pause_ms, outstanding, tokens, ramping, probe_lease_ms, wait_ms)
          LEFT JOIN LATERAL (
            SELECT w.due_at FROM deliveries w
             WHERE w.endpoint_id = g.endpoint_id AND w.status = 'pending' AND NOT w.leased
             ORDER BY w.due_at LIMIT 1) next ON true
         WHERE l.endpoint_id = g.endpoint_id`,
    },
    [
      updates.map((update) => update.endpointId),
      updates.map((update) => update.pauseMs),
      updates.map((update) => `{${update.outstandingIds.join()}}`),
      updates.map((update) => update.tokens),
      updates.map((update) => update.ramping),
      updates.map((update) => update.probeLeaseMs),
      updates.map((update) => update.waitMs),
    ],
  );
}

/** A lock of the whole installation for the sweep: one process does it, the others need not. */
const SWEEP_LOCK = 76_784_677;

/**
 * Wakes lanes that hold something overdue although nobody will look at them: their wake was lost in a crash between
 * two commits. Answers how many there were.
 */
export async function sweepForgottenLanes(transaction: Queryable, overdueMs: number): Promise<number> {
  const lock = await transaction.query<{ got: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS got', [
    SWEEP_LOCK,
  ]);
  if (lock.rows[0]?.got !== true) return 0;
  const { rowCount } = await transaction.query(
    `UPDATE lanes l SET ready_at = now()
      WHERE l.ready_at > now() + $1 * interval '1 ms' AND l.parked_until <= now()
        AND EXISTS (SELECT 1 FROM deliveries w
                     WHERE w.endpoint_id = l.endpoint_id AND w.status = 'pending' AND NOT w.leased
                       AND w.due_at <= now() - $1 * interval '1 ms')`,
    [overdueMs],
  );
  return rowCount ?? 0;
}
