/**
 * Listeners and their leases. A listener lives as long as it polls: its row and its endpoint are made in one transaction
 * and ended in one, so that neither is ever left without the other.
 */
import { PosthornError } from '../errors.js';
import { toPublicId } from '../model/id.js';
import type { JsonObject } from '../model/json.js';
import { recordAudit, type AuditSource } from './audit.js';
import type { Clock } from './clock.js';
import type { Queryable } from './database.js';
import { deleteEndpointsOf } from './endpoint-deletion.js';
import { raiseEndpointsVersion } from './tenants.js';

/** Three polls of the longest kind: one may be lost, and one be on its way. */
export const LISTENER_LEASE_SECONDS = 60;
/** Some developers and their test runs; each costs an endpoint that every emit of the tenant is matched with. */
export const TENANT_LISTENERS_MAX = 10;

export interface Listener {
  listenerId: string;
  tenantId: string;
  endpointId: string;
}

/** One that polls, or did until a moment ago. */
export interface OpenListener {
  id: string;
  endpointId: string;
  eventTypes: string[];
  filter: JsonObject | null;
  /** A key's public id, or a tenant's: its portal. */
  createdBy: string | null;
  createdAt: Date;
  leaseUntil: Date;
}

/** In the transaction that makes the endpoint, which holds the tenant's lock. @throws PosthornError `listener_limit_reached` */
export async function insertListener(
  transaction: Queryable,
  listener: Listener & { createdBy: string },
): Promise<void> {
  const { rows } = await transaction.query<{ live: number }>(
    `SELECT count(*) AS live FROM listeners l JOIN endpoints e ON e.id = l.endpoint_id AND e.deleted_at IS NULL
      WHERE l.tenant_id = $1 AND l.lease_until > now()`,
    [listener.tenantId],
  );
  if (rows[0]!.live >= TENANT_LISTENERS_MAX) {
    throw new PosthornError('listener_limit_reached', `No more than ${TENANT_LISTENERS_MAX} at once.`);
  }
  await transaction.query(
    `INSERT INTO listeners (id, tenant_id, endpoint_id, created_by, lease_until)
     VALUES ($1, $2, $3, $4, now() + $5 * interval '1 s')`,
    [listener.listenerId, listener.tenantId, listener.endpointId, listener.createdBy, LISTENER_LEASE_SECONDS],
  );
}

/** Newest first. @param page.before only listeners with a lower id */
export async function listListeners(
  database: Queryable,
  tenantId: string,
  page: { before: string | undefined; limit: number },
): Promise<OpenListener[]> {
  const { rows } = await database.query<OpenListener>(
    `SELECT l.id, l.endpoint_id AS "endpointId", e.event_types AS "eventTypes", e.filter, l.created_by AS "createdBy",
            l.created_at AS "createdAt", l.lease_until AS "leaseUntil"
       FROM listeners l JOIN endpoints e ON e.id = l.endpoint_id AND e.deleted_at IS NULL
      WHERE l.tenant_id = $1 AND ($2::uuid IS NULL OR l.id < $2)
      ORDER BY l.id DESC LIMIT $3`,
    [tenantId, page.before ?? null, page.limit],
  );
  return rows;
}

/** Answers when the lease ends now; undefined: the listener, or its endpoint, is gone. */
export async function renewListener(
  database: Queryable,
  listenerId: string,
  tenantId: string,
): Promise<Date | undefined> {
  const { rows } = await database.query<{ lease_until: Date }>(
    `UPDATE listeners l SET lease_until = now() + $3 * interval '1 s'
      WHERE l.id = $1 AND l.tenant_id = $2
        AND EXISTS (SELECT FROM endpoints e WHERE e.id = l.endpoint_id AND e.deleted_at IS NULL)
      RETURNING l.lease_until`,
    [listenerId, tenantId, LISTENER_LEASE_SECONDS],
  );
  return rows[0]?.lease_until;
}

/** Those that have not polled for so long that nobody can be there. */
export async function findLapsedListeners(database: Queryable): Promise<Listener[]> {
  const { rows } = await database.query<{ id: string; tenant_id: string; endpoint_id: string }>(
    `SELECT l.id, l.tenant_id, l.endpoint_id FROM listeners l WHERE l.lease_until <= now() ORDER BY l.id LIMIT 1000`,
  );
  return rows.map((row) => ({ listenerId: row.id, tenantId: row.tenant_id, endpointId: row.endpoint_id }));
}

/**
 * Ends a listener with its endpoint. Answers undefined when it is not there, or (`lapsed`) polls again. What is owed to
 * the endpoint is for the caller to cancel, after the commit.
 */
export async function endListener(
  transaction: Queryable,
  clock: Clock,
  { listenerId, tenantId, reason }: { listenerId: string; tenantId: string; reason: 'closed' | 'lapsed' },
  source: AuditSource,
): Promise<Listener | undefined> {
  await raiseEndpointsVersion(transaction, tenantId).catch(unlessGone);
  const { rows } = await transaction.query<{ endpoint_id: string }>(
    `DELETE FROM listeners l WHERE l.id = $1 AND l.tenant_id = $2 AND ($3 = 'closed' OR l.lease_until <= now())
     RETURNING l.endpoint_id`,
    [listenerId, tenantId, reason],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  await deleteEndpointsOf(transaction, { tenantId, endpointId: row.endpoint_id });
  await recordAudit(transaction, clock, {
    ...source,
    action: 'listener.ended',
    tenantId,
    targetId: toPublicId('ep', row.endpoint_id),
    details: { reason },
  });
  return { listenerId, tenantId, endpointId: row.endpoint_id };
}

/** A tenant that was deleted has no endpoints to keep in step with. */
function unlessGone(error: unknown): void {
  if (!(error instanceof PosthornError && error.code === 'tenant_not_found')) throw error;
}
