/** What the ledger says about one tenant's events, in one reading. */
import { type DeliveryStatus } from '../../../src/model/delivery.js';
import { toPublicId } from '../../../src/model/id.js';
import { type FaultPostgres } from './fault-postgres.js';

export interface LedgerDelivery {
  deliveryId: string;
  endpointId: string;
  path: string;
  status: DeliveryStatus;
  epoch: number;
  attempts: LedgerAttempt[];
}

export interface LedgerAttempt {
  epoch: number;
  number: number;
  statusCode: number | null;
  startedAtMs: number;
}

export interface LedgerEvent {
  /** The emitter's number, out of the event's data. */
  number: number;
  eventId: string;
  deliveryCount: number;
  deliveries: LedgerDelivery[];
}

interface Row {
  event_id: string;
  number: number;
  delivery_count: number;
  delivery_id: string | null;
  endpoint_id: string;
  path: string;
  status: DeliveryStatus;
  epoch: number;
  attempts: LedgerAttempt[] | null;
}

export async function readLedger(postgres: FaultPostgres, tenantId: string): Promise<LedgerEvent[]> {
  const rows = await postgres.query<Row>(
    `SELECT e.id AS event_id, (e.data::json->>'n')::int AS number, e.delivery_count,
            d.id AS delivery_id, d.endpoint_id, regexp_replace(p.url, '^http://[^/]*', '') AS path, d.status::text, d.epoch,
            (SELECT json_agg(json_build_object('epoch', a.epoch, 'number', a.attempt_number, 'statusCode', a.status_code,
                                               'startedAtMs', extract(epoch FROM a.started_at) * 1000) ORDER BY a.started_at)
               FROM attempts a WHERE a.delivery_id = d.id) AS attempts
       FROM events e LEFT JOIN deliveries d ON d.event_id = e.id LEFT JOIN endpoints p ON p.id = d.endpoint_id
      WHERE e.tenant_id = $1`,
    [tenantId],
  );
  const events = new Map<string, LedgerEvent>();
  for (const row of rows) {
    const eventId = toPublicId('evt', row.event_id);
    let event = events.get(eventId);
    if (event === undefined) {
      event = { number: row.number, eventId, deliveryCount: row.delivery_count, deliveries: [] };
      events.set(eventId, event);
    }
    if (row.delivery_id === null) continue;
    event.deliveries.push({
      deliveryId: row.delivery_id,
      endpointId: row.endpoint_id,
      path: row.path,
      status: row.status,
      epoch: row.epoch,
      attempts: row.attempts ?? [],
    });
  }
  return [...events.values()];
}
