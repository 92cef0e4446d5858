/** Whose are the things that a filter names? */
import type { Queryable } from './database.js';

/** Undefined: there is no such endpoint any more. */
export async function tenantOfEndpoint(database: Queryable, endpointId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ tenant_id: string }>(
    `SELECT e.tenant_id FROM endpoints e WHERE e.id = $1 AND e.deleted_at IS NULL`,
    [endpointId],
  );
  return rows[0]?.tenant_id;
}

/** Deleted ones included: the delivery log outlives them. */
export async function tenantOfEndpointEverKnown(
  database: Queryable,
  endpointId: string,
): Promise<string | undefined> {
  const { rows } = await database.query<{ tenant_id: string }>(
    `SELECT e.tenant_id FROM endpoints e WHERE e.id = $1`,
    [endpointId],
  );
  return rows[0]?.tenant_id;
}

export async function tenantOfEvent(database: Queryable, eventId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ tenant_id: string }>(
    `SELECT e.tenant_id FROM events e WHERE e.id = $1`,
    [eventId],
  );
  return rows[0]?.tenant_id;
}
