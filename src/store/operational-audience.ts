/** Of endpoints that there is news about: what to say of them, and whether their tenants want to hear it. */
import type { Queryable } from './database.js';

export interface NewsSubject {
  endpointId: string;
  url: string;
  description: string;
  tenantId: string;
  tenantExternalId: string | null;
  tenantWantsNews: boolean;
}

export async function readNewsSubjects(
  database: Queryable,
  endpointIds: string[],
): Promise<Map<string, NewsSubject>> {
  const { rows } = await database.query<{
    id: string;
    url: string;
    description: string;
    tenant_id: string;
    external_id: string | null;
    operational_events: boolean;
  }>(
    `SELECT e.id, e.url, e.description, e.tenant_id, t.external_id, t.operational_events
       FROM endpoints e JOIN tenants t ON t.id = e.tenant_id
      WHERE e.id = ANY ($1) AND e.deleted_at IS NULL AND t.deleted_at IS NULL`,
    [endpointIds],
  );
  return new Map(
    rows.map((row) => [
      row.id,
      {
        endpointId: row.id,
        url: row.url,
        description: row.description,
        tenantId: row.tenant_id,
        tenantExternalId: row.external_id,
        tenantWantsNews: row.operational_events,
      },
    ]),
  );
}
