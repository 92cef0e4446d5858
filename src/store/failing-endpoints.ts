/**
 * Endpoints that have only failed for a long time: first somebody is told, then they are disabled. "Only failed" is
 * `lanes.failing_since`, which the first success clears; and it must be known at both ends of the time, so that an
 * endpoint without traffic is not disabled for the one failure of last week.
 */
import type { Queryable } from './database.js';
import type { FailingEndpoint } from './lane-listener.js';

const BATCH = 200;

interface Row {
  endpoint_id: string;
  tenant_id: string;
  failing_since: Date;
}

/** Lanes in trouble, as the partial index has them. */
const FAILING = `(l.failing_since IS NOT NULL OR l.circuit <> 'closed') AND l.failing_since IS NOT NULL`;

/** Those whose last failure came `disableAfterHours` after their first, without a success in between. */
export async function findOverdueEndpoints(
  database: Queryable,
  disableAfterHours: number,
): Promise<{ endpointId: string; tenantId: string }[]> {
  const { rows } = await database.query<Row>(
    `SELECT l.endpoint_id, l.tenant_id, l.failing_since
       FROM lanes l JOIN endpoints e ON e.id = l.endpoint_id AND NOT e.disabled AND e.deleted_at IS NULL
      WHERE ${FAILING} AND l.last_failure_at >= l.failing_since + $1 * interval '1 hour'
      ORDER BY l.failing_since LIMIT ${BATCH}`,
    [disableAfterHours],
  );
  return rows.map((row) => ({ endpointId: row.endpoint_id, tenantId: row.tenant_id }));
}

/**
 * Those that are half-way to being disabled and of which nobody was told for a day; marks them as told. A crash after
 * that loses the notice of one day.
 */
export async function takeNotices(
  database: Queryable,
  disableAfterHours: number,
): Promise<FailingEndpoint[]> {
  const { rows } = await database.query<Row>(
    `UPDATE lanes l SET failing_notified_at = now()
       FROM (SELECT l.endpoint_id FROM lanes l
               JOIN endpoints e ON e.id = l.endpoint_id AND NOT e.disabled AND e.deleted_at IS NULL
              WHERE ${FAILING} AND l.failing_since <= now() - $1::float8 / 2 * interval '1 hour'
                AND (l.failing_notified_at IS NULL OR l.failing_notified_at < l.failing_since
                     OR l.failing_notified_at <= now() - interval '1 day')
              LIMIT ${BATCH} FOR UPDATE OF l SKIP LOCKED) due
      WHERE l.endpoint_id = due.endpoint_id
      RETURNING l.endpoint_id, l.tenant_id, l.failing_since`,
    [disableAfterHours],
  );
  return rows.map((row) => ({
    endpointId: row.endpoint_id,
    tenantId: row.tenant_id,
    failingSince: row.failing_since,
    disabledAt: new Date(row.failing_since.getTime() + disableAfterHours * 3_600_000),
  }));
}
