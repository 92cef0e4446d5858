/**
 * The audit log: who changed what, and who read a secret. A record is written in the transaction of the change that
 * it tells of, so neither exists without the other. The database refuses to change one, and to delete one unless retention
 * does (migrations/1763701700000-audit-log-guard.ts).
 */
import { LessThan, type DataSource } from 'typeorm';
import { newUuid } from '../model/id.js';
import type { Clock } from './clock.js';
import type { Queryable } from './database.js';
import { AuditRecordEntity } from './entities/audit-record.entity.js';

/** Where a change came from. */
export interface AuditSource {
  actor: { kind: 'key' | 'portal' | 'system'; id: string | null; name: string | null };
  remoteAddress: string | null;
  requestId: string | null;
}

export interface AuditRecord extends AuditSource {
  /** `endpoint.created`, `secret.read`, …: noun and past participle. */
  action: string;
  /** The tenant's UUID; null for what belongs to none. */
  tenantId: string | null;
  /** The public id, or an event type's name. */
  targetId: string;
  /** What changed, without values that are secret. */
  details?: Record<string, unknown>;
}

export async function recordAudit(database: Queryable, clock: Clock, record: AuditRecord): Promise<void> {
  await database.query(
    `INSERT INTO audit_log (id, actor_kind, actor_id, actor_name, tenant_id, action, target_id, details,
                            remote_address, request_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      newUuid(clock.nowMs()),
      record.actor.kind,
      record.actor.id,
      record.actor.name,
      record.tenantId,
      record.action,
      record.targetId,
      JSON.stringify(record.details ?? {}),
      record.remoteAddress,
      record.requestId,
    ],
  );
}

export interface AuditFilter {
  /** The UUID. */
  tenantId?: string | undefined;
  action?: string | undefined;
  actorId?: string | undefined;
}

export class AuditLog {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first. @param before only records made before this one */
  async list(
    filter: AuditFilter,
    page: { before: string | undefined; limit: number },
  ): Promise<AuditRecordEntity[]> {
    const { tenantId, action, actorId } = filter;
    return this.dataSource.manager.find(AuditRecordEntity, {
      where: {
        ...(tenantId !== undefined && { tenantId }),
        ...(action !== undefined && { action }),
        ...(actorId !== undefined && { actorId }),
        ...(page.before !== undefined && { id: LessThan(page.before) }),
      },
      order: { id: 'DESC' },
      take: page.limit,
    });
  }
}
