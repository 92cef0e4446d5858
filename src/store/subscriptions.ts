/** The endpoints of a tenant as emit sees them. */
import type { Subscription } from '../model/endpoint.js';
import { CompiledFilters } from './compiled-filters.js';
import type { Queryable } from './database.js';

interface SubscriptionRow {
  id: string;
  event_types: string[];
  /** JSON text. */
  filter: string | null;
  timeout_ms: number | null;
  metered: boolean;
}

/** @param before those of an earlier reading, which are not compiled again */
export async function readSubscriptions(
  database: Queryable,
  tenantId: string,
  timeoutMsDefault: number,
  before: CompiledFilters | undefined,
): Promise<{ subscriptions: Subscription[]; filters: CompiledFilters }> {
  const { rows } = await database.query<SubscriptionRow>(
    `SELECT e.id, e.event_types, e.filter::text AS filter, e.timeout_ms,
            (e.rate_limit_per_second IS NOT NULL OR e.ordering = 'strict') AS metered
       FROM endpoints e
      WHERE e.tenant_id = $1 AND e.deleted_at IS NULL
      ORDER BY e.id`,
    [tenantId],
  );
  const filters = new CompiledFilters(before);
  const subscriptions: Subscription[] = [];
  for (const row of rows) {
    subscriptions.push({
      endpointId: row.id,
      eventTypes: row.event_types,
      filter: row.filter === null ? null : await filters.of(row.filter),
      timeoutMs: row.timeout_ms ?? timeoutMsDefault,
      metered: row.metered,
    });
  }
  filters.done();
  return { subscriptions, filters };
}
