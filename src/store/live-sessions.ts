/**
 * What a session is bound to, asked for while it is used: the key that signed in, the tenant whose portal it is; and whether
 * it was signed out of.
 */
import type { KeyRole } from '../model/api-key.js';
import type { Queryable } from './database.js';
import type { LiveKey } from './live-keys.js';

/** The key with this id, unless it is revoked or expired or its tenant is deleted. */
export async function findLiveKeyById(
  database: Queryable,
  keyId: string,
): Promise<Omit<LiveKey, 'usePending'> | undefined> {
  const { rows } = await database.query<{
    id: string;
    name: string;
    role: KeyRole;
    tenantId: string | null;
    tenantExternalId: string | null;
    eventTypes: string[] | null;
    payloadAccess: boolean;
  }>(
    {
      name: 'find_live_key_by_id',
      text: `
        SELECT k.id, k.name, k.role, k.tenant_id AS "tenantId", t.external_id AS "tenantExternalId",
               k.event_types AS "eventTypes", k.payload_access AS "payloadAccess"
          FROM api_keys k LEFT JOIN tenants t ON t.id = k.tenant_id
         WHERE k.id = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
           AND t.deleted_at IS NULL`,
    },
    [keyId],
  );
  return rows[0];
}

export interface LiveTenant {
  id: string;
  externalId: string | null;
  name: string;
}

/** The tenant with this id, unless it is deleted. */
export async function findLiveTenant(database: Queryable, tenantId: string): Promise<LiveTenant | undefined> {
  const { rows } = await database.query<LiveTenant>(
    {
      name: 'find_live_tenant',
      text: `SELECT t.id, t.external_id AS "externalId", t.name FROM tenants t
              WHERE t.id = $1 AND t.deleted_at IS NULL`,
    },
    [tenantId],
  );
  return rows[0];
}

/** Before it expires by itself. Ended again, it stays as it is. */
export async function endSession(
  database: Queryable,
  session: { id: string; expiresAt: Date },
): Promise<void> {
  await database.query(
    `INSERT INTO ended_sessions (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`,
    [session.id, session.expiresAt],
  );
}

export async function isSessionEnded(database: Queryable, sessionId: string): Promise<boolean> {
  const { rows } = await database.query<{ ended: boolean }>(
    {
      name: 'is_session_ended',
      text: `SELECT EXISTS (SELECT FROM ended_sessions s WHERE s.id = $1) AS ended`,
    },
    [sessionId],
  );
  return rows[0]!.ended;
}
