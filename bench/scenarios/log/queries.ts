/** Every filter that the delivery log offers, with values that are common and values that are rare. */
import type { Ledger } from '../../harness/ledger.js';

export interface LogQuery {
  name: string;
  /** Query strings; asked in turn. */
  variants: Record<string, string>[];
  /** Reading payloads is not held to the limit of the others. */
  unbounded?: boolean;
}

interface Sample {
  id: string;
  tenant: string;
  endpoint: string;
  event: string;
  type: string;
  createdAt: Date;
}

export async function logQueries(ledger: Ledger): Promise<LogQuery[]> {
  const samples = await ledger.query<Sample>(
    `SELECT 'dlv_' || replace(d.id::text, '-', '') AS id, 'ten_' || replace(d.tenant_id::text, '-', '') AS tenant,
            'ep_' || replace(d.endpoint_id::text, '-', '') AS endpoint, 'evt_' || replace(d.event_id::text, '-', '') AS event,
            d.event_type AS type, d.created_at AS "createdAt"
       FROM deliveries d TABLESAMPLE SYSTEM (1) ORDER BY random() LIMIT 20`,
  );
  const [largest] = await tenantsBySize(ledger, 'DESC');
  const [smallest] = await tenantsBySize(ledger, 'ASC');
  const each = (read: (sample: Sample) => Record<string, string>): Record<string, string>[] =>
    samples.map(read);
  const tenants = [{ tenant: largest! }, { tenant: smallest! }];
  const before = (sample: Sample): string => sample.createdAt.toISOString();
  const dayLater = (sample: Sample): string =>
    new Date(sample.createdAt.getTime() + 86_400_000).toISOString();

  return [
    { name: 'none (newest)', variants: [{}] },
    { name: 'before', variants: each((sample) => ({ before: before(sample) })) },
    {
      name: 'after + before (a day)',
      variants: each((sample) => ({ after: before(sample), before: dayLater(sample) })),
    },
    { name: 'tenant', variants: [...each(({ tenant }) => ({ tenant })), ...tenants] },
    { name: 'endpoint', variants: each(({ endpoint }) => ({ endpoint })) },
    { name: 'event', variants: each(({ event }) => ({ event })) },
    { name: 'eventType', variants: [...each(({ type }) => ({ eventType: type })), { eventType: 'no.such' }] },
    ...['succeeded', 'failed', 'canceled', 'pending'].map((status) => ({
      name: `status ${status}`,
      variants: [{ status }],
    })),
    ...['200', '503', '404', '418', '5xx', '4xx', '2xx'].map((statusCode) => ({
      name: `statusCode ${statusCode}`,
      variants: [{ statusCode }],
    })),
    ...['timeout', 'tls_hostname_mismatch', 'dns_not_found'].map((errorCode) => ({
      name: `errorCode ${errorCode}`,
      variants: [{ errorCode }],
    })),
    { name: 'tenant + status failed', variants: tenants.map((tenant) => ({ ...tenant, status: 'failed' })) },
    {
      name: 'tenant + statusCode 418 (none)',
      variants: tenants.map((tenant) => ({ ...tenant, statusCode: '418' })),
    },
    {
      name: 'tenant + errorCode (rare)',
      variants: tenants.map((tenant) => ({ ...tenant, errorCode: 'tls_hostname_mismatch' })),
    },
    { name: 'endpoint + 5xx', variants: each(({ endpoint }) => ({ endpoint, statusCode: '5xx' })) },
    {
      name: 'eventType + status failed',
      variants: each(({ type }) => ({ eventType: type, status: 'failed' })),
    },
    {
      name: 'tenant + eventType + before',
      variants: each((one) => ({ tenant: one.tenant, eventType: one.type, before: before(one) })),
    },
    {
      name: 'endpoint + pending (none)',
      variants: each(({ endpoint }) => ({ endpoint, status: 'pending' })),
    },
    {
      name: 'tenant + search',
      variants: tenants.map((tenant) => ({ ...tenant, search: 'inv_777' })),
      unbounded: true,
    },
    { name: 'search (none)', variants: [{ search: 'no such words' }], unbounded: true },
  ];
}

async function tenantsBySize(ledger: Ledger, order: 'ASC' | 'DESC'): Promise<string[]> {
  const rows = await ledger.query<{ tenant: string }>(
    `SELECT 'ten_' || replace(d.tenant_id::text, '-', '') AS tenant
       FROM deliveries d TABLESAMPLE SYSTEM (5) GROUP BY d.tenant_id ORDER BY count(*) ${order} LIMIT 1`,
  );
  return rows.map((row) => row.tenant);
}
