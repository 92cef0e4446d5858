/**
 * Keys as requests show them: found by their SHA-256, which is all that is kept of them. (A slow hash protects
 * guessable passwords; 256 random bits cannot be guessed, and this is computed for requests by the thousand.)
 */
import { createHash } from 'node:crypto';
import type { KeyRole } from '../model/api-key.js';
import type { Queryable } from './database.js';

export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** A key that may be used now. */
export interface LiveKey {
  id: string;
  name: string;
  role: KeyRole;
  tenantId: string | null;
  tenantExternalId: string | null;
  eventTypes: string[] | null;
  payloadAccess: boolean;
  /** Nobody has written down its use for a minute. */
  usePending: boolean;
}

interface LiveKeyRow {
  id: string;
  name: string;
  role: KeyRole;
  tenant_id: string | null;
  external_id: string | null;
  event_types: string[] | null;
  payload_access: boolean;
  use_pending: boolean;
}

/** The key with this hash, unless it is revoked or expired or its tenant is deleted. */
export async function findLiveKey(database: Queryable, hash: Buffer): Promise<LiveKey | undefined> {
  const { rows } = await database.query<LiveKeyRow>(
    {
      name: 'find_live_key',
      text: `
        SELECT k.id, k.name, k.role, k.tenant_id, t.external_id, k.event_types, k.payload_access,
               k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute' AS use_pending
          FROM api_keys k LEFT JOIN tenants t ON t.id = k.tenant_id
         WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
           AND t.deleted_at IS NULL`,
    },
    [hash],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    tenantId: row.tenant_id,
    tenantExternalId: row.external_id,
    eventTypes: row.event_types,
    payloadAccess: row.payload_access,
    usePending: row.use_pending,
  };
}

/** Writes down that the key is in use, at most once a minute however many processes see it. */
export async function touchKey(database: Queryable, keyId: string): Promise<void> {
  await database.query(
    `UPDATE api_keys k SET last_used_at = now()
      WHERE k.id = $1 AND (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute')`,
    [keyId],
  );
}
