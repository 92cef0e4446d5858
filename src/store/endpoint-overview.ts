/** Endpoints over all tenants, for staff: how each fares, and which of them need somebody. */
import type { Circuit, DisabledReason } from '../model/endpoint.js';
import type { Queryable } from './database.js';

export interface EndpointOverviewRow {
  id: string;
  tenantId: string;
  tenantName: string;
  url: string;
  description: string;
  eventTypes: string[];
  disabled: boolean;
  disabledReason: DisabledReason | null;
  disabledAt: Date | null;
  circuit: Circuit;
  circuitReason: string | null;
  nextProbeAt: Date | null;
  failingSince: Date | null;
  consecutiveFailures: number;
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  createdAt: Date;
}

const COLUMNS = `
  e.id, e.tenant_id AS "tenantId", t.name AS "tenantName", e.url, e.description, e.event_types AS "eventTypes",
  e.disabled, e.disabled_reason AS "disabledReason", e.disabled_at AS "disabledAt", e.created_at AS "createdAt",
  coalesce(l.circuit, 'closed') AS circuit, CASE WHEN l.circuit <> 'closed' THEN l.circuit_reason END AS "circuitReason",
  CASE WHEN l.circuit = 'open' AND isfinite(l.parked_until) THEN l.parked_until END AS "nextProbeAt",
  l.failing_since AS "failingSince", coalesce(l.consecutive_failures, 0) AS "consecutiveFailures",
  l.last_success_at AS "lastSuccessAt", l.last_failure_at AS "lastFailureAt"`;

/** Fewer failures in a row are everyday life, and the retry schedule's business. */
const TROUBLE_FAILURES_MIN = 3;
/** What was disabled longer ago is no news. */
const DISABLED_DAYS = 7;

/** In trouble: disabled by us lately, spared by an open circuit, or failing; the worst first. */
export async function readTroubledEndpoints(sql: Queryable, limit: number): Promise<EndpointOverviewRow[]> {
  const { rows } = await sql.query<EndpointOverviewRow>(
    `SELECT ${COLUMNS}
       FROM (SELECT n.endpoint_id FROM lanes n
              WHERE (n.failing_since IS NOT NULL OR n.circuit <> 'closed')
                AND (n.circuit <> 'closed' OR n.consecutive_failures >= $1)
              UNION
             SELECT o.id FROM endpoints o
              WHERE o.disabled AND o.disabled_reason <> 'by_request' AND o.deleted_at IS NULL
                AND o.disabled_at > now() - $2 * interval '1 day') troubled
       JOIN endpoints e ON e.id = troubled.endpoint_id AND e.deleted_at IS NULL
       JOIN tenants t ON t.id = e.tenant_id
       LEFT JOIN lanes l ON l.endpoint_id = e.id
      WHERE NOT (e.disabled AND e.disabled_reason = 'by_request')
      ORDER BY e.disabled DESC, coalesce(l.circuit, 'closed') = 'closed', l.failing_since NULLS LAST, e.id
      LIMIT $3`,
    [TROUBLE_FAILURES_MIN, DISABLED_DAYS, limit],
  );
  return rows;
}

export interface EndpointOverviewFilter {
  tenantId?: string | undefined;
  state?: 'healthy' | 'failing' | 'disabled' | undefined;
  /** Part of the URL, the description or the tenant's name. */
  search?: string | undefined;
}

/** Newest first. @param page.before only endpoints made before this one */
export async function readEndpoints(
  sql: Queryable,
  filter: EndpointOverviewFilter,
  page: { before: string | undefined; limit: number },
): Promise<EndpointOverviewRow[]> {
  const pattern = filter.search === undefined ? null : `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await sql.query<EndpointOverviewRow>(
    `SELECT ${COLUMNS}
       FROM endpoints e
       JOIN tenants t ON t.id = e.tenant_id
       LEFT JOIN lanes l ON l.endpoint_id = e.id
      WHERE e.deleted_at IS NULL AND ($1::uuid IS NULL OR e.id < $1) AND ($2::uuid IS NULL OR e.tenant_id = $2)
        AND ($3::text IS NULL OR e.url ILIKE $3 OR e.description ILIKE $3 OR t.name ILIKE $3)
        AND CASE $4::text
              WHEN 'disabled' THEN e.disabled
              WHEN 'failing' THEN NOT e.disabled AND (l.failing_since IS NOT NULL OR l.circuit <> 'closed')
              WHEN 'healthy' THEN NOT e.disabled AND l.failing_since IS NULL AND coalesce(l.circuit, 'closed') = 'closed'
              ELSE true END
      ORDER BY e.id DESC LIMIT $5`,
    [page.before ?? null, filter.tenantId ?? null, pattern, filter.state ?? null, page.limit],
  );
  return rows;
}

export interface Labels {
  tenants: { id: string; name: string }[];
  endpoints: { id: string; url: string; description: string }[];
  keys: { id: string; name: string }[];
}

/** What people call things, deleted ones too: logs are full of ids. */
export async function readLabels(
  sql: Queryable,
  ids: Record<keyof Labels, string[]>,
  tenantId: string | undefined,
): Promise<Labels> {
  const tenants = await sql.query<Labels['tenants'][number]>(
    `SELECT t.id, t.name FROM tenants t WHERE t.id = ANY ($1) AND ($2::uuid IS NULL OR t.id = $2)`,
    [ids.tenants, tenantId ?? null],
  );
  const endpoints = await sql.query<Labels['endpoints'][number]>(
    `SELECT e.id, e.url, e.description FROM endpoints e
      WHERE e.id = ANY ($1) AND ($2::uuid IS NULL OR e.tenant_id = $2)`,
    [ids.endpoints, tenantId ?? null],
  );
  const keys = await sql.query<Labels['keys'][number]>(
    `SELECT k.id, k.name FROM api_keys k WHERE k.id = ANY ($1) AND ($2::uuid IS NULL OR k.tenant_id = $2)`,
    [ids.keys, tenantId ?? null],
  );
  return { tenants: tenants.rows, endpoints: endpoints.rows, keys: keys.rows };
}
