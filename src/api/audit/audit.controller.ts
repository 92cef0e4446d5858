/** Who changed what, and who read a secret. */
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { toPublicId } from '../../model/id.js';
import { AuditLog } from '../../store/audit.js';
import type { AuditRecordEntity } from '../../store/entities/audit-record.entity.js';
import { TenantStore } from '../../store/tenants.js';
import { PagePosition } from '../pagination.js';
import { Refuses } from '../refuses.js';
import { Roles } from '../roles.js';
import { AuditPage, AuditQuery, type AuditRecordAnswer } from './audit.dto.js';

@ApiTags('Audit log')
@Controller('v1/audit-log')
export class AuditController {
  constructor(
    private readonly auditLog: AuditLog,
    private readonly tenants: TenantStore,
  ) {}

  @Get()
  @Roles('admin')
  @ApiOperation({ operationId: 'listAuditLog', summary: 'List the audit log, newest first' })
  @ApiOkResponse({ type: AuditPage, description: 'A page of records.' })
  @Refuses('validation_failed', 'cursor_invalid', 'tenant_not_found')
  async list(@Query() query: AuditQuery): Promise<AuditPage> {
    const { tenant, action, actor } = query;
    const tenantId = tenant === undefined ? undefined : await this.tenants.tenantEverKnown(tenant);
    const position = new PagePosition('audit-log', { tenantId, action, actor });
    const page = { before: position.before(query.cursor), limit: query.limit + 1 };
    const rows = await this.auditLog.list({ tenantId, action, actorId: actor }, page);
    return position.page(rows, query.limit, auditAnswer);
  }
}

function auditAnswer(record: AuditRecordEntity): AuditRecordAnswer {
  const { id, action, actorKind, actorId, actorName, tenantId, targetId, details, remoteAddress, requestId } =
    record;
  return {
    id: toPublicId('aud', id),
    action,
    actor: { kind: actorKind, id: actorId, name: actorName },
    tenantId: tenantId === null ? null : toPublicId('ten', tenantId),
    targetId,
    details,
    remoteAddress,
    requestId,
    createdAt: record.createdAt,
  };
}
