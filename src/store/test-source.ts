/** What a test event is made of: the endpoint that it is for, and the catalog's examples. */
import type { Queryable } from './database.js';

export interface TestedEndpoint {
  disabled: boolean;
  eventTypes: string[];
}

export async function readTestedEndpoint(
  database: Queryable,
  tenantId: string,
  endpointId: string,
): Promise<TestedEndpoint | undefined> {
  const { rows } = await database.query<{ disabled: boolean; event_types: string[] }>(
    `SELECT e.disabled, e.event_types FROM endpoints e
      WHERE e.id = $1 AND e.tenant_id = $2 AND e.deleted_at IS NULL`,
    [endpointId, tenantId],
  );
  return rows[0] && { disabled: rows[0].disabled, eventTypes: rows[0].event_types };
}

/** Event types that have an example and can be emitted, by name. */
export async function typesWithExample(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT t.name FROM event_types t WHERE t.example IS NOT NULL AND NOT t.archived ORDER BY t.name`,
  );
  return rows.map((row) => row.name);
}

/** The JSON text of the event type's example as it was saved; undefined: it has none. */
export async function readExample(database: Queryable, eventType: string): Promise<string | undefined> {
  const { rows } = await database.query<{ example: string }>(
    `SELECT t.example::text AS example FROM event_types t WHERE t.name = $1 AND t.example IS NOT NULL`,
    [eventType],
  );
  return rows[0]?.example;
}

/** The one delivery of a test event. */
export async function deliveryOf(database: Queryable, eventId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string }>(
    `SELECT d.id FROM deliveries d WHERE d.event_id = $1 LIMIT 1`,
    [eventId],
  );
  return rows[0]?.id;
}
