/**
 * Signing secrets, sealed at rest. One is current (no expiry); after a rotation the older ones go on signing until they
 * expire, so that a receiver may change over whenever it likes in between. Whoever reads one is written down.
 */
import { randomBytes } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { PosthornError } from '../errors.js';
import type { Signing } from '../model/endpoint.js';
import { newUuid } from '../model/id.js';
import { formatSecret, SECRET_RANDOM_BYTES, secretProblem } from '../model/secret.js';
import { recordAudit, type AuditSource } from './audit.js';
import type { Clock } from './clock.js';
import type { Queryable } from './database.js';
import { endpointUuid, findEndpoint } from './find-endpoint.js';
import { EndpointSecretEntity } from './entities/endpoint-secret.entity.js';
import { transact } from './entity-transaction.js';
import type { Sealer } from './sealing.js';
import { raiseEndpointsVersion } from './tenants.js';

export interface SecretOwner {
  tenantId: string;
  endpointId: string;
}

export interface ShownSecret {
  secret: string;
  createdAt: Date;
  /** Null: the current one. */
  expiresAt: Date | null;
}

/** Each of them adds a signature to every request; headers have bounds, and so has a receiver's patience. */
const LIVE_SECRETS_MAX = 5;

export class SecretStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly sealer: Sealer,
  ) {}

  /** Every live secret, the current one first; the reading is written down. @throws PosthornError `endpoint_not_found` */
  async read(tenantId: string, publicId: string, source: AuditSource): Promise<ShownSecret[]> {
    return transact(this.dataSource, async (transaction) => {
      const secrets = await this.live(transaction.entities, tenantId, publicId);
      await recordAudit(transaction.sql, this.clock, {
        ...source,
        action: 'secret.read',
        tenantId,
        targetId: publicId,
      });
      return secrets;
    });
  }

  /** For what may be known to everybody: the secrets themselves must not leave the process. @throws PosthornError `endpoint_not_found` */
  async readForPublicKeys(tenantId: string, publicId: string): Promise<ShownSecret[]> {
    return this.live(this.dataSource.manager, tenantId, publicId);
  }

  private async live(entities: EntityManager, tenantId: string, publicId: string): Promise<ShownSecret[]> {
    const endpointId = endpointUuid(publicId);
    await findEndpoint(entities, tenantId, endpointId);
    const secrets = await entities
      .createQueryBuilder(EndpointSecretEntity, 's')
      .where('s.endpointId = :endpointId AND (s.expiresAt IS NULL OR s.expiresAt > now())', { endpointId })
      .orderBy('s.expiresAt', 'DESC', 'NULLS FIRST')
      .getMany();
    return secrets.map(({ sealed, createdAt, expiresAt }) => ({
      secret: this.sealer.open(sealed, { tenantId, endpointId, purpose: 'secret' }),
      createdAt,
      expiresAt,
    }));
  }

  /**
   * A new current secret; every older one stops signing after `expireOldAfterSeconds` at the latest.
   * @param given the customer's own; one is made otherwise
   * @throws PosthornError `endpoint_not_found`, `validation_failed`, `conflict` when too many are live
   */
  async rotate(
    tenantId: string,
    publicId: string,
    given: string | undefined,
    expireOldAfterSeconds: number,
    source: AuditSource,
  ): Promise<ShownSecret> {
    const endpointId = endpointUuid(publicId);
    return transact(this.dataSource, async ({ entities, sql }) => {
      await raiseEndpointsVersion(sql, tenantId);
      const { signing } = await findEndpoint(entities, tenantId, endpointId);
      const secret = given ?? formatSecret(signing, randomBytes(SECRET_RANDOM_BYTES));
      checkSecret(signing, secret);
      await replaceSecret(
        sql,
        this.clock,
        this.sealer,
        { tenantId, endpointId },
        secret,
        expireOldAfterSeconds,
      );
      await sql.query(`UPDATE endpoints SET updated_at = clock_timestamp() WHERE id = $1`, [endpointId]);
      const details = { expireOldAfterSeconds, given: given !== undefined };
      await recordAudit(sql, this.clock, {
        ...source,
        action: 'secret.rotated',
        tenantId,
        targetId: publicId,
        details,
      });
      return { secret, createdAt: new Date(this.clock.nowMs()), expiresAt: null };
    });
  }
}

/** @throws PosthornError `validation_failed` */
export function checkSecret(signing: Signing, secret: string): void {
  const message = secretProblem(signing, secret);
  if (message === undefined) return;
  throw new PosthornError('validation_failed', `secret: ${message}.`, {
    errors: [{ path: 'secret', message }],
  });
}

/** In the caller's transaction. @throws PosthornError `conflict` */
export async function replaceSecret(
  sql: Queryable,
  clock: Clock,
  sealer: Sealer,
  owner: SecretOwner,
  secret: string,
  expireOldAfterSeconds: number,
): Promise<void> {
  await sql.query(
    `UPDATE endpoint_secrets
        SET expires_at = LEAST(coalesce(expires_at, 'infinity'), now() + $2 * interval '1 second')
      WHERE endpoint_id = $1`,
    [owner.endpointId, expireOldAfterSeconds],
  );
  await sql.query(`DELETE FROM endpoint_secrets WHERE endpoint_id = $1 AND expires_at <= now()`, [
    owner.endpointId,
  ]);
  const { rows } = await sql.query<{ live: number }>(
    `SELECT count(*) AS live FROM endpoint_secrets WHERE endpoint_id = $1`,
    [owner.endpointId],
  );
  if (rows[0]!.live >= LIVE_SECRETS_MAX) {
    throw new PosthornError(
      'conflict',
      `${LIVE_SECRETS_MAX} secrets are live; rotate with a shorter expireOldAfterSeconds, which ends the older ones.`,
    );
  }
  await insertSecret(sql, clock, sealer, owner, secret);
}

export async function insertSecret(
  sql: Queryable,
  clock: Clock,
  sealer: Sealer,
  owner: SecretOwner,
  secret: string,
): Promise<void> {
  await sql.query(
    `INSERT INTO endpoint_secrets (id, endpoint_id, tenant_id, sealed) VALUES ($1, $2, $3, $4)`,
    [
      newUuid(clock.nowMs()),
      owner.endpointId,
      owner.tenantId,
      sealer.seal(secret, { ...owner, purpose: 'secret' }),
    ],
  );
}
