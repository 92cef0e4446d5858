/** The endpoints of a tenant as emit sees them. */
import type { Subscription } from '../model/endpoint.js';
import { Filter } from '../model/filter.js';
import type { Queryable } from './database.js';

interface SubscriptionRow {
  id: string;
  event_types: string[];
  filter: unknown;
  timeout_ms: number | null;
  metered: boolean;
}

export async function readSubscriptions(
  database: Queryable,
  tenantId: string,
  timeoutMsDefault: number,
): Promise<Subscription[]> {
  const { rows } = await database.query<SubscriptionRow>(
    `SELECT e.id, e.event_types, e.filter, e.timeout_ms, (e.rate_limit_per_second IS NOT NULL OR e.ordering = 'strict') AS metered
       FROM endpoints e
      WHERE e.tenant_id = $1 AND e.deleted_at IS NULL
      ORDER BY e.id`,
    [tenantId],
  );
  return rows.map((row) => ({
    endpointId: row.id,
    eventTypes: row.event_types,
    filter: row.filter === null ? null : Filter.stored(row.filter),
    timeoutMs: row.timeout_ms ?? timeoutMsDefault,
    metered: row.metered,
  }));
}
