/**
 * API keys: made, listed, revoked. Only a hash of them is kept (src/store/live-keys.ts), so the answer that makes a key
 * is the only one that shows it.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { LessThan, type DataSource } from 'typeorm';
import { PosthornError } from '../errors.js';
import { API_KEY_RANDOM_BYTES, apiKeyHint, formatApiKey, type KeyRole } from '../model/api-key.js';
import { fromPublicId, newUuid, toPublicId } from '../model/id.js';
import { recordAudit, type AuditSource } from './audit.js';
import { systemClock, type Clock } from './clock.js';
import type { Queryable } from './database.js';
import { ApiKeyEntity } from './entities/api-key.entity.js';
import { transact } from './entity-transaction.js';
import { hashApiKey } from './live-keys.js';

/** Taken by whoever makes or revokes an admin key; any constant will do: "admin" on a telephone's keys. */
const ADMIN_KEYS_LOCK = 23_646;

/** The name of the key that ADMIN_API_KEY gives; no other key may have it. */
export const CONFIGURED_KEY_NAME = 'ADMIN_API_KEY';

export interface ApiKeyFields {
  name: string;
  role: KeyRole;
  /** The UUID. */
  tenantId: string | null;
  eventTypes: string[] | null;
  payloadAccess: boolean;
  expiresAt: Date | null;
}

export class ApiKeyStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** The key itself is in this answer and never again. */
  async create(fields: ApiKeyFields, source: AuditSource): Promise<ApiKeyEntity & { key: string }> {
    const id = newUuid(this.clock.nowMs());
    const key = formatApiKey(randomBytes(API_KEY_RANDOM_BYTES));
    return transact(this.dataSource, async ({ entities, sql }) => {
      await entities.insert(ApiKeyEntity, { id, ...fields, keyHash: hashApiKey(key), hint: apiKeyHint(key) });
      await recordAudit(sql, this.clock, {
        ...source,
        action: 'api_key.created',
        tenantId: fields.tenantId,
        targetId: toPublicId('key', id),
        details: { name: fields.name, role: fields.role },
      });
      const stored = await entities.findOneByOrFail(ApiKeyEntity, { id });
      return { ...stored, key };
    });
  }

  /** @throws PosthornError `api_key_not_found` */
  async get(publicId: string): Promise<ApiKeyEntity> {
    const id = fromPublicId('key', publicId);
    const key = id === undefined ? null : await this.dataSource.manager.findOneBy(ApiKeyEntity, { id });
    if (key === null) throw new PosthornError('api_key_not_found');
    return key;
  }

  /** Newest first, revoked ones included. @param before only keys made before this one */
  async list(page: { before: string | undefined; limit: number }): Promise<ApiKeyEntity[]> {
    return this.dataSource.manager.find(ApiKeyEntity, {
      where: page.before === undefined ? {} : { id: LessThan(page.before) },
      order: { id: 'DESC' },
      take: page.limit,
    });
  }

  /**
   * Revoking a revoked key changes nothing. The last admin key that works stays: nobody could make another one.
   * @throws PosthornError `api_key_not_found`, `conflict`
   */
  async revoke(publicId: string, source: AuditSource): Promise<void> {
    const { id, tenantId } = await this.get(publicId);
    await transact(this.dataSource, async ({ sql }) => {
      // Two admins who revoke each other's keys take turns, and the second one finds itself the last.
      await sql.query(`SELECT pg_advisory_xact_lock($1)`, [ADMIN_KEYS_LOCK]);
      const { rowCount } = await sql.query(
        `UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL`,
        [id],
      );
      if (rowCount === 0) return;
      const { rows } = await sql.query(
        `SELECT 1 FROM api_keys WHERE role = 'admin' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) LIMIT 1`,
      );
      if (rows.length === 0)
        throw new PosthornError('conflict', 'This is the last admin key; make another one first.');
      await recordAudit(sql, this.clock, {
        ...source,
        action: 'api_key.revoked',
        tenantId,
        targetId: publicId,
      });
    });
  }
}

/**
 * At start: there must be an admin. Takes the key that the configuration gives (a new one replaces the one it gave
 * before), or makes one if there has never been any, and answers that in plain, this once. Processes that start
 * together take turns, so that one of them makes it. A crash after the commit and before the answer is shown loses
 * it; ADMIN_API_KEY is then the way in.
 */
export async function ensureAdminKey(
  databaseUrl: string,
  given: string | undefined,
): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'posthorn first key' });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock($1)`, [ADMIN_KEYS_LOCK]);
    const made = given === undefined ? await makeFirstKey(client) : await takeGivenKey(client, given);
    await client.query('COMMIT');
    return made;
  } finally {
    await client.end(); // rolls back what is not committed
  }
}

async function makeFirstKey(sql: Queryable): Promise<string | undefined> {
  const { rows } = await sql.query(`SELECT 1 FROM api_keys WHERE role = 'admin' LIMIT 1`);
  if (rows.length > 0) return undefined;
  const key = formatApiKey(randomBytes(API_KEY_RANDOM_BYTES));
  await insertAdminKey(sql, 'first admin key', key);
  return key;
}

async function takeGivenKey(sql: Queryable, key: string): Promise<undefined> {
  const { rows } = await sql.query(`SELECT 1 FROM api_keys WHERE key_hash = $1`, [hashApiKey(key)]);
  if (rows.length > 0) return; // known, or revoked for good
  await sql.query(`UPDATE api_keys SET revoked_at = now() WHERE name = $1 AND revoked_at IS NULL`, [
    CONFIGURED_KEY_NAME,
  ]);
  await insertAdminKey(sql, CONFIGURED_KEY_NAME, key);
}

async function insertAdminKey(sql: Queryable, name: string, key: string): Promise<void> {
  const id = newUuid(systemClock.nowMs());
  await sql.query(`INSERT INTO api_keys (id, name, role, key_hash, hint) VALUES ($1, $2, 'admin', $3, $4)`, [
    id,
    name,
    hashApiKey(key),
    apiKeyHint(key),
  ]);
  await recordAudit(sql, systemClock, {
    actor: { kind: 'system', id: null, name: 'start' },
    remoteAddress: null,
    requestId: null,
    action: 'api_key.created',
    tenantId: null,
    targetId: toPublicId('key', id),
    details: { name, role: 'admin' },
  });
}
