/**
 * Idempotency keys: the one table whose uniqueness must span days, hence the one that is not partitioned.
 * The emitter's own event ids and Idempotency-Key headers live side by side in it, told apart by a first letter.
 */
import type { Queryable } from './database.js';

export interface IdempotencyClaim {
  tenantId: string;
  key: string;
  eventId: string;
  requestHash: Buffer;
}

/**
 * Claims keys; answers the event ids that got theirs. A key that another transaction is just claiming is waited for
 * (the unique index does that); keys are taken in one global order, so that two groups cannot wait for each other.
 */
export async function claimIdempotencyKeys(
  transaction: Queryable,
  claims: IdempotencyClaim[],
): Promise<Set<string>> {
  const ordered = claims.toSorted((a, b) => compare(a.tenantId, b.tenantId) || compare(a.key, b.key));
  const { rows } = await transaction.query<{ tenant_id: string; key: string; event_id: string }>(
    {
      name: 'claim_idempotency_keys',
      text: `INSERT INTO idempotency_keys (tenant_id, key, event_id, request_hash)
             SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[])
             ON CONFLICT (tenant_id, key) DO NOTHING
             RETURNING tenant_id, key, event_id`,
    },
    [
      ordered.map((claim) => claim.tenantId),
      ordered.map((claim) => claim.key),
      ordered.map((claim) => claim.eventId),
      ordered.map((claim) => claim.requestHash),
    ],
  );
  const got = new Set(rows.map((row) => `${row.event_id} ${row.key}`));
  // An event with two keys (its id and a header) needs both.
  const lost = new Set(
    claims.filter((claim) => !got.has(`${claim.eventId} ${claim.key}`)).map((claim) => claim.eventId),
  );
  return new Set(claims.map((claim) => claim.eventId).filter((eventId) => !lost.has(eventId)));
}

/** Lets go of the keys of events that were not stored after all. */
export async function releaseIdempotencyKeys(
  transaction: Queryable,
  claims: IdempotencyClaim[],
): Promise<void> {
  if (claims.length === 0) return;
  await transaction.query(
    `DELETE FROM idempotency_keys k USING unnest($1::uuid[], $2::text[], $3::uuid[]) AS g (tenant_id, key, event_id)
      WHERE k.tenant_id = g.tenant_id AND k.key = g.key AND k.event_id = g.event_id`,
    [
      claims.map((claim) => claim.tenantId),
      claims.map((claim) => claim.key),
      claims.map((claim) => claim.eventId),
    ],
  );
}

/** What an earlier request with this key stored. */
export interface EarlierEvent {
  key: string;
  requestHash: Buffer;
  eventId: string;
  type: string;
  externalId: string | null;
  occurredAt: Date;
  createdAt: Date;
  deliveryCount: number;
}

export async function findEarlierEvents(
  database: Queryable,
  tenantId: string,
  keys: string[],
): Promise<EarlierEvent[]> {
  const { rows } = await database.query<{
    key: string;
    request_hash: Buffer;
    event_id: string;
    type: string;
    external_id: string | null;
    occurred_at: Date;
    created_at: Date;
    delivery_count: number;
  }>(
    `SELECT k.key, k.request_hash, e.id AS event_id, e.type, e.external_id, e.occurred_at, e.created_at, e.delivery_count
       FROM idempotency_keys k JOIN events e ON e.id = k.event_id
      WHERE k.tenant_id = $1 AND k.key = ANY ($2)`,
    [tenantId, keys],
  );
  return rows.map((row) => ({
    key: row.key,
    requestHash: row.request_hash,
    eventId: row.event_id,
    type: row.type,
    externalId: row.external_id,
    occurredAt: row.occurred_at,
    createdAt: row.created_at,
    deliveryCount: row.delivery_count,
  }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
