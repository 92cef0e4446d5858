/**
 * Deleted tenants, let go of when nothing speaks of them any more. Deleting one only hides it, because its log is still
 * there to be read and its deliveries still name it; days of deliveries and events go by themselves, and what is left after the
 * last of them is a row with a customer's name, revoked keys, replays.
 *
 * In small batches, each a transaction: whoever purges at the same time, or goes on after a crash, finds the rest.
 */
import { OPERATOR_TENANT_ID } from '../model/operational-event.js';
import type { Queryable } from './database.js';

const TENANTS = 100;
const KEYS = 5_000;

/** Answers how many went. Those that a day still names, because it could not be dropped yet, stay until it is. */
export async function purgeTenantsDeletedBefore(database: Queryable, timeMs: number): Promise<number> {
  let purged = 0;
  for (;;) {
    const tenantIds = await findPurgeable(database, new Date(timeMs));
    if (tenantIds.length === 0) return purged;
    await deleteLeftoverKeys(database, tenantIds);
    await database.query(
      `WITH replays AS (DELETE FROM replays r WHERE r.tenant_id = ANY ($1)),
            keys AS (DELETE FROM api_keys k WHERE k.tenant_id = ANY ($1))
       DELETE FROM tenants t WHERE t.id = ANY ($1)`,
      [tenantIds],
    );
    purged += tenantIds.length;
  }
}

/** The operator's tenant is a part of the installation, whatever was done to it. */
async function findPurgeable(database: Queryable, deletedBefore: Date): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `SELECT t.id FROM tenants t
      WHERE t.deleted_at < $1 AND t.id <> $2
        AND NOT EXISTS (SELECT FROM endpoints e WHERE e.tenant_id = t.id)
        AND NOT EXISTS (SELECT FROM deliveries d WHERE d.tenant_id = t.id)
        AND NOT EXISTS (SELECT FROM events v WHERE v.tenant_id = t.id)
      ORDER BY t.deleted_at LIMIT ${TENANTS}`,
    [deletedBefore, OPERATOR_TENANT_ID],
  );
  return rows.map((row) => row.id);
}

/** Normally none: keys go a day at a time, before their events. */
async function deleteLeftoverKeys(database: Queryable, tenantIds: string[]): Promise<void> {
  for (;;) {
    const { rowCount } = await database.query(
      `DELETE FROM idempotency_keys k
        WHERE (k.tenant_id, k.key) IN (
          SELECT x.tenant_id, x.key FROM idempotency_keys x WHERE x.tenant_id = ANY ($1) LIMIT ${KEYS})`,
      [tenantIds],
    );
    if ((rowCount ?? 0) < KEYS) return;
  }
}
