/**
 * The lease of a delivery in the hot window, after its claim: given back, prolonged, or found to have run out.
 * Each statement is fenced by the epoch, so that whoever was overtaken changes nothing. (`leased IS NOT FALSE`: see
 * load-deliveries.ts.)
 */
import type { DeliveryReference } from '../model/delivery.js';
import type { Queryable } from './database.js';

/**
 * Back to the ledger without an attempt. A delivery that was never attempted keeps its place by age; a retry is due now.
 * A crash before this leaves the lease to run out, which comes to the same a little later. Answers the endpoints concerned.
 */
export async function handBack(database: Queryable, references: DeliveryReference[]): Promise<Set<string>> {
  if (references.length === 0) return new Set();
  const { rows } = await database.query<{ endpoint_id: string }>(
    {
      name: 'hand_back',
      text: `UPDATE deliveries d
                SET leased = false, due_at = CASE WHEN d.attempt_count = 0 THEN d.created_at ELSE now() END
               FROM unnest($1::uuid[], $2::int[]) AS r (id, epoch)
              WHERE d.id = r.id AND d.epoch = r.epoch AND d.status = 'pending' AND d.leased IS NOT FALSE
              RETURNING d.endpoint_id`,
    },
    columns(references),
  );
  return new Set(rows.map((row) => row.endpoint_id));
}

/** Prolongs leases; answers the deliveries whose lease was still theirs to prolong. */
export async function renewLeases(
  database: Queryable,
  references: (DeliveryReference & { leaseMs: number })[],
): Promise<Set<string>> {
  const { rows } = await database.query<{ id: string }>(
    {
      name: 'renew_leases',
      text: `UPDATE deliveries d SET due_at = now() + r.lease_ms * interval '1 ms'
               FROM unnest($1::uuid[], $2::int[], $3::int[]) AS r (id, epoch, lease_ms)
              WHERE d.id = r.id AND d.epoch = r.epoch AND d.status = 'pending' AND d.leased IS NOT FALSE
              RETURNING d.id`,
    },
    [...columns(references), references.map((reference) => reference.leaseMs)],
  );
  return new Set(rows.map((row) => row.id));
}

/** The deliveries' endpoint was deleted: nothing is owed any more. */
export async function cancelOrphans(database: Queryable, references: DeliveryReference[]): Promise<void> {
  if (references.length === 0) return;
  await database.query(
    `UPDATE deliveries d
        SET status = 'canceled', leased = false, epoch = d.epoch + 1, completed_at = now(), last_error_code = 'endpoint_deleted'
       FROM unnest($1::uuid[], $2::int[]) AS r (id, epoch)
      WHERE d.id = r.id AND d.epoch = r.epoch AND d.status = 'pending'`,
    columns(references),
  );
}

/**
 * It cannot be attempted at all (its event cannot be read, or its record cannot be written): failed, with a reason.
 * Answers the ids of those that were: the others had been claimed anew or were no longer owed.
 */
export async function setAside(
  database: Queryable,
  references: DeliveryReference[],
  errorCode: string,
): Promise<Set<string>> {
  if (references.length === 0) return new Set();
  const { rows } = await database.query<{ id: string }>(
    `UPDATE deliveries d
        SET status = 'failed', leased = false, epoch = d.epoch + 1, completed_at = now(), last_error_code = $3
       FROM unnest($1::uuid[], $2::int[]) AS r (id, epoch)
      WHERE d.id = r.id AND d.epoch = r.epoch AND d.status = 'pending'
      RETURNING d.id`,
    [...columns(references), errorCode],
  );
  return new Set(rows.map((row) => row.id));
}

/**
 * Deliveries whose lease ran out go back to waiting: their reference was lost with the queue, or their process died.
 * The epoch stays: until somebody claims them anew, a late result of the old claim is the newest there is, and welcome.
 * Answers the endpoints concerned.
 */
export async function rescueExpiredLeases(
  database: Queryable,
  limit: number,
): Promise<{ endpointId: string }[]> {
  const { rows } = await database.query<{ endpoint_id: string }>(
    {
      name: 'rescue_expired_leases',
      text: `UPDATE deliveries d
                SET leased = false, due_at = CASE WHEN d.attempt_count = 0 THEN d.created_at ELSE now() END
               FROM (SELECT x.id FROM deliveries x
                      WHERE x.leased AND x.due_at <= now()
                      ORDER BY x.due_at LIMIT $1 FOR UPDATE SKIP LOCKED) lost
              WHERE d.id = lost.id
              RETURNING d.endpoint_id`,
    },
    [limit],
  );
  return rows.map((row) => ({ endpointId: row.endpoint_id }));
}

function columns(references: DeliveryReference[]): [string[], number[]] {
  return [
    references.map((reference) => reference.deliveryId),
    references.map((reference) => reference.epoch),
  ];
}
