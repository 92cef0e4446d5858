/**
 * Tenants, as the API changes them. Every change raises `endpoints_version`, because emitting processes keep more of a
 * tenant in mind than its endpoints: its names and whether its catalog is strict.
 */
import { In, IsNull, LessThan, Not, type DataSource } from 'typeorm';
import { PosthornError } from '../errors.js';
import { fromPublicId, newUuid, toPublicId } from '../model/id.js';
import { OPERATOR_TENANT_ID } from '../model/operational-event.js';
import { recordAudit, type AuditSource } from './audit.js';
import type { Clock } from './clock.js';
import type { Queryable } from './database.js';
import { deleteEndpointsOf } from './endpoint-deletion.js';
import { TenantEntity } from './entities/tenant.entity.js';
import { isUniqueViolation, transact } from './entity-transaction.js';
import type { WalkedPage } from './bounded-walk.js';
import { searchTenants } from './tenant-search.js';

export interface TenantFields {
  externalId: string | null;
  name: string;
  metadata: Record<string, string>;
  strictEventTypes: boolean;
  emitRateLimitPerSecond: number | null;
  operationalEvents: boolean;
}

export class TenantStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** @throws PosthornError `conflict` when the externalId is taken */
  async create(fields: TenantFields, source: AuditSource): Promise<TenantEntity> {
    const id = newUuid(this.clock.nowMs());
    return this.unlessTaken(() =>
      transact(this.dataSource, async ({ entities, sql }) => {
        await entities.insert(TenantEntity, { id, ...fields });
        await recordAudit(sql, this.clock, {
          ...source,
          action: 'tenant.created',
          tenantId: id,
          targetId: toPublicId('ten', id),
        });
        return entities.findOneByOrFail(TenantEntity, { id });
      }),
    );
  }

  /** @throws PosthornError `tenant_not_found`, `conflict` */
  async update(
    reference: string,
    changes: Partial<TenantFields>,
    source: AuditSource,
  ): Promise<TenantEntity> {
    const { id } = await this.resolveTenant(reference);
    return this.unlessTaken(() =>
      transact(this.dataSource, async ({ entities, sql }) => {
        await raiseEndpointsVersion(sql, id);
        await entities.update(TenantEntity, { id }, { ...changes, updatedAt: () => 'clock_timestamp()' });
        await recordAudit(sql, this.clock, {
          ...source,
          action: 'tenant.updated',
          tenantId: id,
          targetId: toPublicId('ten', id),
          details: { fields: Object.keys(changes) },
        });
        return entities.findOneByOrFail(TenantEntity, { id });
      }),
    );
  }

  /**
   * Hides the tenant, frees its externalId, deletes its endpoints and revokes its keys. What is still owed to it is
   * canceled after the commit, by the caller; should that not happen, the dispatchers do it one by one.
   * @throws PosthornError `tenant_not_found`
   */
  async delete(reference: string, source: AuditSource): Promise<{ id: string }> {
    const { id } = await this.resolveTenant(reference);
    await transact(this.dataSource, async ({ sql }) => {
      await raiseEndpointsVersion(sql, id);
      await sql.query(`UPDATE tenants SET deleted_at = now(), updated_at = clock_timestamp() WHERE id = $1`, [
        id,
      ]);
      await deleteEndpointsOf(sql, { tenantId: id });
      await sql.query(`UPDATE api_keys SET revoked_at = now() WHERE tenant_id = $1 AND revoked_at IS NULL`, [
        id,
      ]);
      await recordAudit(sql, this.clock, {
        ...source,
        action: 'tenant.deleted',
        tenantId: id,
        targetId: toPublicId('ten', id),
      });
    });
    return { id };
  }

  /** @throws PosthornError `tenant_not_found` */
  async resolveTenant(reference: string): Promise<TenantEntity> {
    const id = fromPublicId('ten', reference);
    const tenant = await this.dataSource.manager.findOneBy(TenantEntity, {
      ...(id === undefined ? { externalId: reference } : { id }),
      deletedAt: IsNull(),
    });
    if (tenant === null) throw new PosthornError('tenant_not_found');
    return tenant;
  }

  /** The UUID; deleted tenants are found by their id, for logs that outlive them. @throws PosthornError `tenant_not_found` */
  async tenantEverKnown(reference: string): Promise<string> {
    return fromPublicId('ten', reference) ?? (await this.resolveTenant(reference)).id;
  }

  /** Newest first, without the operator's own, which is no customer. @param before only tenants made before this one */
  async list(page: { before: string | undefined; limit: number; only?: string }): Promise<TenantEntity[]> {
    return this.dataSource.manager
      .createQueryBuilder(TenantEntity, 't')
      .where({ deletedAt: IsNull() })
      .andWhere({ id: Not(OPERATOR_TENANT_ID) })
      .andWhere(page.before === undefined ? {} : { id: LessThan(page.before) })
      .andWhere(page.only === undefined ? {} : { id: page.only })
      .orderBy('t.id', 'DESC')
      .limit(page.limit)
      .getMany();
  }

  /** As `list`: those whose name or externalId has the text in it, or whose id it is. The page may be short and not the last. */
  async search(
    text: string,
    page: { before: string | undefined; limit: number; only?: string },
  ): Promise<WalkedPage<TenantEntity>> {
    const id = fromPublicId('ten', text);
    if (id !== undefined) {
      const mayBe = page.only === undefined || page.only === id;
      return { rows: mayBe ? await this.list({ ...page, only: id }) : [], next: null };
    }
    const { rows: found, next } = await searchTenants(this.dataSource, text, page);
    const rows = await this.dataSource.manager.find(TenantEntity, {
      // One that was deleted between the two questions is not shown.
      where: { id: In(found.map(({ id }) => id)), deletedAt: IsNull() },
      order: { id: 'DESC' },
    });
    return { rows, next };
  }

  private async unlessTaken<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isUniqueViolation(error, 'tenants_external_id')) throw error;
      throw new PosthornError('conflict', 'Another tenant has this externalId.', { cause: error });
    }
  }
}

/**
 * What every change to a tenant's endpoints does first: emitting processes learn by the version that what they know is
 * out of date, and the row's lock makes such changes take turns.
 * @throws PosthornError `tenant_not_found`
 */
export async function raiseEndpointsVersion(sql: Queryable, tenantId: string): Promise<void> {
  const { rowCount } = await sql.query(
    `UPDATE tenants SET endpoints_version = endpoints_version + 1 WHERE id = $1 AND deleted_at IS NULL`,
    [tenantId],
  );
  if (rowCount === 0) throw new PosthornError('tenant_not_found');
}
