/**
 * Turns references into everything an attempt needs, many at a time. A reference whose epoch is no longer the
 * delivery's, or whose delivery is no longer pending, answers no row: it is stale and is dropped here, before
 * anything is sent.
 */
import type { DeliveryReference, Trigger } from '../model/delivery.js';
import type { Circuit } from '../model/endpoint.js';
import { plainArray } from './array-parameters.js';
import type { Queryable, Statement } from './database.js';
import { isTroubled } from './lane-condition.js';

export interface LoadedEvent {
  type: string;
  data: string;
  occurredAt: Date;
  /** Read only for endpoints whose transformation wants them. */
  tags: string[];
  test: boolean;
  hops: number;
  traceparent: string | null;
  /** Not worth sending from then on. */
  expiresAt: Date | null;
}

export interface LoadedDelivery extends DeliveryReference {
  tenantId: string;
  endpointId: string;
  attemptCount: number;
  scheduleAttempts: number;
  trigger: Trigger;
  createdAt: Date;
  /** When the lease ends, on this process's monotonic clock (performance.now()). */
  leaseEndsAt: number;
  /** Absent when the event cannot be found: the delivery is then set aside. */
  event: LoadedEvent | undefined;
  /** Changes whenever the endpoint or its secrets do; absent when the endpoint was deleted. */
  endpointVersion: string | undefined;
  endpointDisabled: boolean;
  lane: LoadedLane;
}

/** What the lane's row says at the time of loading. */
export interface LoadedLane {
  parked: boolean;
  circuit: Circuit;
  /** The scheduler let exactly this delivery out of a governed lane: a probe, or the next of a strict order. */
  governed: boolean;
  /** It has failed lately: successes matter to its health too. */
  troubled: boolean;
}

/**
 * `leased IS NOT FALSE` says the same as `leased` without offering the planner the index of all leased deliveries,
 * which it would at times rather scan as a whole than look up a hundred ids.
 */
const LOAD: Statement = {
  name: 'load_deliveries',
  text: `
    SELECT d.id, d.event_id, d.epoch, d.tenant_id, d.endpoint_id, d.attempt_count, d.schedule_attempts, d.trigger,
           d.created_at, extract(epoch FROM d.due_at - clock_timestamp())::float8 * 1000 AS lease_ms,
           e.type, e.data, e.occurred_at, e.test, e.hops, e.traceparent, e.expires_at,
           CASE WHEN p.transformation IS NOT NULL THEN e.tags END AS tags,
           CASE WHEN p.deleted_at IS NULL THEN p.updated_at::text END AS endpoint_version, p.disabled,
           coalesce(l.parked_until > now(), false) AS parked, coalesce(l.circuit, 'closed') AS circuit,
           coalesce(d.id = ANY (l.outstanding), false) AS governed,
           coalesce(${isTroubled('l')} OR l.failing_since IS NOT NULL
                    OR l.circuit <> 'closed', false) AS troubled
      FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS r (delivery_id, event_id, epoch)
      JOIN deliveries d ON d.id = r.delivery_id
      LEFT JOIN events e ON e.id = r.event_id
      LEFT JOIN endpoints p ON p.id = d.endpoint_id
      LEFT JOIN lanes l ON l.endpoint_id = d.endpoint_id
     WHERE d.epoch = r.epoch AND d.status = 'pending' AND d.leased IS NOT FALSE`,
};

interface Row {
  id: string;
  event_id: string;
  epoch: number;
  tenant_id: string;
  endpoint_id: string;
  attempt_count: number;
  schedule_attempts: number;
  trigger: Trigger;
  created_at: Date;
  lease_ms: number;
  type: string | null;
  data: string;
  occurred_at: Date;
  test: boolean;
  hops: number;
  traceparent: string | null;
  expires_at: Date | null;
  tags: string[] | null;
  endpoint_version: string | null;
  disabled: boolean | null;
  parked: boolean;
  circuit: Circuit;
  governed: boolean;
  troubled: boolean;
}

export async function loadDeliveries(
  database: Queryable,
  references: DeliveryReference[],
): Promise<LoadedDelivery[]> {
  // Before asking: a process that is paused before it reads the answer must not take its lease for a fresh one.
  const askedAt = performance.now();
  const { rows } = await database.query<Row>(LOAD, [
    plainArray(references.map((reference) => reference.deliveryId)),
    plainArray(references.map((reference) => reference.eventId)),
    plainArray(references.map((reference) => reference.epoch)),
  ]);
  return rows.map((row) => ({
    deliveryId: row.id,
    eventId: row.event_id,
    epoch: row.epoch,
    tenantId: row.tenant_id,
    endpointId: row.endpoint_id,
    attemptCount: row.attempt_count,
    scheduleAttempts: row.schedule_attempts,
    trigger: row.trigger,
    createdAt: row.created_at,
    leaseEndsAt: askedAt + row.lease_ms,
    event:
      row.type === null
        ? undefined
        : {
            type: row.type,
            data: row.data,
            occurredAt: row.occurred_at,
            tags: row.tags ?? [],
            test: row.test,
            hops: row.hops,
            traceparent: row.traceparent,
            expiresAt: row.expires_at,
          },
    endpointVersion: row.endpoint_version ?? undefined,
    endpointDisabled: row.disabled ?? false,
    lane: { parked: row.parked, circuit: row.circuit, governed: row.governed, troubled: row.troubled },
  }));
}
