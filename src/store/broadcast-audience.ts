/** Whom a broadcast is for: tenants in the order of their ids, and what the endpoints of some of them ask for. */
import type { Subscription } from '../model/endpoint.js';
import { patternsFor } from '../model/event-type.js';
import { fromPublicId } from '../model/id.js';
import { OPERATOR_TENANT_ID } from '../model/operational-event.js';
import { CompiledFilters } from './compiled-filters.js';
import type { Queryable } from './database.js';

/** Tenants that live, without the operator's own, which is no customer. */
export async function countTenants(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*) AS count FROM tenants t WHERE t.deleted_at IS NULL AND t.id <> $1`,
    [OPERATOR_TENANT_ID],
  );
  return rows[0]!.count;
}

/** The tenants' UUIDs by the references they were given by; undefined where there is none. */
export async function findTenants(
  database: Queryable,
  references: string[],
): Promise<(string | undefined)[]> {
  const { rows } = await database.query<{ id: string | null }>(
    `SELECT (SELECT t.id FROM tenants t
              WHERE t.deleted_at IS NULL AND CASE WHEN r.id IS NULL THEN t.external_id = r.reference ELSE t.id = r.id END) AS id
       FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS r (reference, id, place) ORDER BY r.place`,
    [references, references.map((reference) => fromPublicId('ten', reference) ?? null)],
  );
  return rows.map((row) => row.id ?? undefined);
}

/** The next of them after `position`: of those that are listed, or of all that are older than the broadcast. */
export async function nextTenants(
  database: Queryable,
  broadcast: { id: string; tenantIds: string[] | null },
  position: string | null,
  limit: number,
): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    broadcast.tenantIds === null
      ? {
          name: 'next_tenants',
          text: `SELECT t.id FROM tenants t
                  WHERE ($1::uuid IS NULL OR t.id > $1) AND t.id < $2 AND t.deleted_at IS NULL AND t.id <> $3
                  ORDER BY t.id LIMIT $4`,
        }
      : {
          name: 'next_tenants_listed',
          text: `SELECT l.id FROM unnest($2::uuid[]) AS l (id) WHERE ($1::uuid IS NULL OR l.id > $1) ORDER BY l.id LIMIT $3`,
        },
    broadcast.tenantIds === null
      ? [position, broadcast.id, OPERATOR_TENANT_ID, limit]
      : [position, broadcast.tenantIds, limit],
  );
  return rows.map((row) => row.id);
}

/**
 * What these tenants' endpoints ask for, as far as it can have to do with the event type; the same wish of many endpoints
 * once. Whether it matches is for the one matcher of intake to say.
 */
export async function readWishes(
  database: Queryable,
  tenantIds: string[],
  eventType: string,
): Promise<Map<string, Subscription[]>> {
  const { rows } = await database.query<{ tenant_id: string; event_types: string[]; filter: string | null }>(
    {
      name: 'read_wishes',
      text: `SELECT DISTINCT e.tenant_id, e.event_types, e.filter::text AS filter FROM endpoints e
              WHERE e.tenant_id = ANY ($1) AND e.deleted_at IS NULL AND e.event_types && $2::text[]`,
    },
    [tenantIds, patternsFor(eventType)],
  );
  const wishes = new Map<string, Subscription[]>(tenantIds.map((tenantId) => [tenantId, []]));
  const filters = new CompiledFilters();
  for (const row of rows) {
    wishes.get(row.tenant_id)!.push({
      endpointId: '', // of whichever endpoint: nothing is sent to it by this
      eventTypes: row.event_types,
      filter: row.filter === null ? null : await filters.of(row.filter),
      timeoutMs: 0,
      metered: true,
    });
  }
  return wishes;
}
