/** The claim of strictly ordered lanes: one delivery each, and never one that somebody else stands before. */
import { toClaimed, type ClaimedDelivery, type ClaimedRow } from './claims.js';
import type { Queryable } from './database.js';

export interface OrderedClaim {
  endpointId: string;
  /** The very delivery whose turn it is; null: the oldest that waits. */
  deliveryId: string | null;
  leaseMs: number;
}

/**
 * The oldest is chosen first and locked then. Were it skipped for being locked (a person is just canceling it), the
 * second would overtake it; so the lane gets nothing this time, and is looked at again.
 */
export async function claimInOrder(
  transaction: Queryable,
  claims: OrderedClaim[],
): Promise<ClaimedDelivery[]> {
  if (claims.length === 0) return [];
  const { rows } = await transaction.query<ClaimedRow>(
    {
      name: 'claim_in_order',
      text: `
        WITH turns AS MATERIALIZED (
          SELECT coalesce(g.delivery_id, oldest.id) AS id, g.lease_ms
            FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS g (endpoint_id, delivery_id, lease_ms)
            LEFT JOIN LATERAL (
              SELECT w.id FROM deliveries w
               WHERE g.delivery_id IS NULL AND w.endpoint_id = g.endpoint_id
                 AND w.status = 'pending' AND NOT w.leased AND w.due_at <= now()
               ORDER BY w.due_at, w.id LIMIT 1) oldest ON true
        ), locked AS MATERIALIZED (
          SELECT d.id, t.lease_ms FROM turns t JOIN deliveries d ON d.id = t.id
           WHERE d.status = 'pending' AND d.leased IS NOT TRUE AND d.due_at <= now()
             FOR UPDATE OF d SKIP LOCKED
        )
        UPDATE deliveries d
           SET leased = true, epoch = d.epoch + 1, due_at = now() + l.lease_ms * interval '1 ms'
          FROM locked l WHERE d.id = l.id
        RETURNING d.id, d.event_id, d.endpoint_id, d.epoch`,
    },
    [
      claims.map((claim) => claim.endpointId),
      claims.map((claim) => claim.deliveryId),
      claims.map((claim) => claim.leaseMs),
    ],
  );
  return rows.map(toClaimed);
}
