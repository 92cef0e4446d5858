/**
 * Stores a group of events with their deliveries in one statement, hence in one transaction and one round trip.
 *
 * An event is stored only if what it was matched with is still true: its tenant lives, its endpoints' version and
 * the catalog's are those of the cache. The statement answers the events it stored; the others were matched with
 * something out of date. A crash before the commit leaves nothing; after it, everything: the deliveries are owed.
 *
 * A delivery goes straight into the hot window (leased, its reference enqueued behind the answer) unless its lane
 * says that others wait, that it is parked or metered, or the window is full. Then it waits in the ledger, due since it was
 * made: those of one process stand there in the order of their ids, which is what a strict order is claimed by.
 */
import { binaryArray, plainArray } from './array-parameters.js';
import type { Queryable, Statement } from './database.js';

export interface EventToStore {
  eventId: string;
  tenantId: string;
  endpointsVersion: number;
  type: string;
  data: string;
  occurredAt: Date;
  createdAt: Date;
  tags: string[];
  externalId: string | null;
  test: boolean;
  hops: number;
  traceparent: string | null;
  deliveries: DeliveryToStore[];
}

export interface DeliveryToStore {
  deliveryId: string;
  endpointId: string;
  /** Length of the lease if the delivery goes straight into the window. */
  leaseMs: number;
  /** It does not go straight into the window, whatever its lane says. */
  waits: boolean;
}

export interface StoredGroup {
  storedEventIds: Set<string>;
  /** The deliveries that wait in the ledger; all others of the stored events are leased. */
  waitingDeliveryIds: Set<string>;
}

/**
 * Both inserts ask the same question of the same snapshot ("is what it was matched with still true?") instead of one
 * joining the other's result: joining a few hundred rows of a CTE costs more than the look-ups.
 */
const STORE_GROUP: Statement = {
  name: 'emit_group',
  text: `
    WITH stored AS (
      INSERT INTO events (id, tenant_id, type, data, occurred_at, created_at, tags, external_id, delivery_count,
                          test, hops, traceparent)
      SELECT g.id, g.tenant_id, g.type, g.data, g.occurred_at, g.created_at, g.tags::text[], g.external_id,
             g.delivery_count, g.test, g.hops, g.traceparent
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
                    $8::text[], $9::text[], $10::int[], $11::boolean[], $12::smallint[], $13::text[])
             AS g (id, tenant_id, endpoints_version, type, data, occurred_at, created_at, tags, external_id,
                   delivery_count, test, hops, traceparent)
        JOIN tenants t ON t.id = g.tenant_id AND t.endpoints_version = g.endpoints_version AND t.deleted_at IS NULL
        JOIN catalog c ON c.version = $14
      RETURNING id
    ), owed AS (
      INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch,
                              trigger, created_at)
      SELECT d.id, d.tenant_id, d.endpoint_id, d.event_id, d.type, 'pending', w.leased,
             CASE WHEN w.leased THEN now() + d.lease_ms * interval '1 ms' ELSE d.created_at END,
             1, CASE WHEN d.test THEN 'test' ELSE 'emit' END, d.created_at
        FROM unnest($15::uuid[], $16::uuid[], $17::uuid[], $18::int[], $19::boolean[], $20::uuid[], $21::bigint[],
                    $22::text[], $23::boolean[], $24::timestamptz[])
             AS d (id, event_id, endpoint_id, lease_ms, waits, tenant_id, endpoints_version, type, test, created_at)
        JOIN tenants t ON t.id = d.tenant_id AND t.endpoints_version = d.endpoints_version AND t.deleted_at IS NULL
        JOIN catalog c ON c.version = $14
        LEFT JOIN lanes l ON l.endpoint_id = d.endpoint_id
        CROSS JOIN LATERAL (
          SELECT NOT d.waits AND NOT coalesce(l.backlogged OR l.parked_until > now() OR l.circuit <> 'closed', false)
                 AS leased
        ) w
      RETURNING id, leased
    )
    SELECT s.id, false AS waiting FROM stored s
    UNION ALL
    SELECT o.id, true FROM owed o WHERE NOT o.leased`,
};

export async function storeEmitGroup(
  database: Queryable,
  events: EventToStore[],
  catalogVersion: number,
): Promise<StoredGroup> {
  const column = <T>(read: (event: EventToStore) => T): T[] => events.map(read);
  const owed = events.flatMap((event) => event.deliveries.map((delivery) => ({ event, delivery })));
  const owedColumn = <T>(read: (row: { event: EventToStore; delivery: DeliveryToStore }) => T): T[] =>
    owed.map(read);
  const { rows } = await database.query<{ id: string; waiting: boolean }>(STORE_GROUP, [
    plainArray(column((event) => event.eventId)),
    plainArray(column((event) => event.tenantId)),
    plainArray(column((event) => event.endpointsVersion)),
    binaryArray(
      'text',
      column((event) => event.type),
    ),
    binaryArray(
      'text',
      column((event) => event.data),
    ),
    plainArray(column((event) => event.occurredAt.toISOString())),
    plainArray(column((event) => event.createdAt.toISOString())),
    binaryArray(
      'text',
      column((event) => arrayLiteral(event.tags)),
    ),
    binaryArray(
      'text',
      column((event) => event.externalId),
    ),
    plainArray(column((event) => event.deliveries.length)),
    plainArray(column((event) => event.test)),
    plainArray(column((event) => event.hops)),
    binaryArray(
      'text',
      column((event) => event.traceparent),
    ),
    catalogVersion,
    plainArray(owedColumn(({ delivery }) => delivery.deliveryId)),
    plainArray(owedColumn(({ event }) => event.eventId)),
    plainArray(owedColumn(({ delivery }) => delivery.endpointId)),
    plainArray(owedColumn(({ delivery }) => delivery.leaseMs)),
    plainArray(owedColumn(({ delivery }) => delivery.waits)),
    plainArray(owedColumn(({ event }) => event.tenantId)),
    plainArray(owedColumn(({ event }) => event.endpointsVersion)),
    binaryArray(
      'text',
      owedColumn(({ event }) => event.type),
    ),
    plainArray(owedColumn(({ event }) => event.test)),
    plainArray(owedColumn(({ event }) => event.createdAt.toISOString())),
  ]);
  const storedEventIds = new Set<string>();
  const waitingDeliveryIds = new Set<string>();
  for (const row of rows) (row.waiting ? waitingDeliveryIds : storedEventIds).add(row.id);
  return { storedEventIds, waitingDeliveryIds };
}

/** `unnest` flattens arrays of arrays, so each event's tags travel as the text of an array. */
function arrayLiteral(values: string[]): string {
  if (values.length === 0) return '{}';
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
