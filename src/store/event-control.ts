/** What people do to all of an event's deliveries at once. */
import { transition } from '../model/delivery.js';
import { lowestUuidAt, uuidTimeMs } from '../model/id.js';
import type { Queryable } from './database.js';

export interface EndedDeliveries {
  canceled: number;
  /** Still owed: more than one batch, or held by somebody. */
  left: number;
  /** Those in strict order, in which others may have waited for these. */
  orderedEndpointIds: string[];
}

/** Row locks that are soon let go of. */
const BATCH = 1_000;

/** Cancels a batch of what is owed of an event; its epochs are raised, so that what still travels changes nothing more. */
export async function endOwedOf(
  transaction: Queryable,
  { tenantId, eventId }: { tenantId: string; eventId: string },
): Promise<EndedDeliveries> {
  const owed = `d.event_id = $1 AND d.tenant_id = $2 AND d.id >= $3 AND d.status = 'pending'`;
  const { rows } = await transaction.query<{ owed: number; canceled: number; ordered: string[] | null }>(
    `WITH picked AS (
       SELECT d.id FROM deliveries d WHERE ${owed} ORDER BY d.id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
     ), canceled AS (
       UPDATE deliveries d SET status = $4, leased = false, epoch = d.epoch + 1, completed_at = now()
         FROM picked p WHERE d.id = p.id
       RETURNING d.endpoint_id
     )
     SELECT (SELECT count(*) FROM deliveries d WHERE ${owed})::int AS owed, count(*)::int AS canceled,
            array_agg(DISTINCT c.endpoint_id) FILTER (WHERE e.ordering = 'strict') AS ordered
       FROM canceled c JOIN endpoints e ON e.id = c.endpoint_id`,
    // No delivery is older than its event: the partitions before its day are not looked into.
    [eventId, tenantId, lowestUuidAt(uuidTimeMs(eventId)), transition('pending', 'canceled')],
  );
  const { owed: before, canceled, ordered } = rows[0]!;
  return { canceled, left: before - canceled, orderedEndpointIds: ordered ?? [] };
}
