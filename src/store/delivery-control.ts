/** What people do to one delivery: the statements behind replay and cancel. */
import type { DeliveryStatus } from '../model/delivery.js';
import type { Queryable } from './database.js';

export interface LockedDelivery {
  tenantId: string;
  endpointId: string;
  status: DeliveryStatus;
  endpointDeleted: boolean;
  /** Its endpoint is served in strict order: the others may be waiting for it. */
  ordered: boolean;
}

/**
 * Holds the delivery until the transaction ends, so that what is decided about it stays true: of two people at once
 * the second sees what the first has made of it. Its endpoint is held too: deleting it waits, then cancels what became
 * pending meanwhile. The order of the locks is safe, because a deletion touches deliveries only after its own commit.
 */
export async function lockDelivery(
  transaction: Queryable,
  deliveryId: string,
  tenantId: string | undefined,
): Promise<LockedDelivery | undefined> {
  const { rows } = await transaction.query<LockedDelivery>(
    {
      name: 'lock_delivery',
      text: `SELECT d.tenant_id AS "tenantId", d.endpoint_id AS "endpointId", d.status,
                    p.deleted_at IS NOT NULL AS "endpointDeleted", p.ordering = 'strict' AS ordered
               FROM deliveries d JOIN endpoints p ON p.id = d.endpoint_id
              WHERE d.id = $1 AND ($2::uuid IS NULL OR d.tenant_id = $2)
                FOR UPDATE OF d FOR SHARE OF p`,
    },
    [deliveryId, tenantId ?? null],
  );
  return rows[0];
}

/**
 * Owed again, from now on, with a fresh schedule; in a strict order, in its old place. What is known of the last attempt stays until there is a newer one;
 * a reference that still travels, or an attempt that still runs, has the old epoch and changes nothing more.
 */
export async function rearmDelivery(
  transaction: Queryable,
  deliveryId: string,
  status: DeliveryStatus,
  replayId: string | undefined,
  ordered: boolean,
): Promise<void> {
  await transaction.query(
    {
      name: 'rearm_delivery',
      text: `UPDATE deliveries
                SET status = $2, leased = false, due_at = CASE WHEN $4 THEN created_at ELSE now() END,
                    epoch = epoch + 1, schedule_attempts = 0, trigger = 'replay', replay_id = $3, completed_at = NULL
              WHERE id = $1`,
    },
    [deliveryId, status, replayId ?? null, ordered],
  );
}

/** The lane's row is locked from here to the commit; the scheduler passes it over until then. */
export async function wakeLane(transaction: Queryable, endpointId: string): Promise<void> {
  await transaction.query(
    {
      name: 'wake_lane',
      text: `UPDATE lanes SET ready_at = LEAST(ready_at, now()) WHERE endpoint_id = $1`,
    },
    [endpointId],
  );
}

/** Owed no more. An attempt that is on its way cannot be called back; it is logged and changes nothing. */
export async function endDelivery(
  transaction: Queryable,
  deliveryId: string,
  status: DeliveryStatus,
): Promise<void> {
  await transaction.query(
    {
      name: 'end_delivery',
      text: `UPDATE deliveries SET status = $2, leased = false, epoch = epoch + 1, completed_at = now() WHERE id = $1`,
    },
    [deliveryId, status],
  );
}
