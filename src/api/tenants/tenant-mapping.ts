/** Between a tenant's row and what the API says of it. */
import { toPublicId } from '../../model/id.js';
import type { TenantEntity } from '../../store/entities/tenant.entity.js';
import type { TenantFields } from '../../store/tenants.js';
import type { CreateTenant, TenantAnswer } from './tenant.dto.js';

export function newTenant(body: CreateTenant): TenantFields {
  return {
    externalId: body.externalId ?? null,
    name: body.name ?? body.externalId ?? '',
    metadata: body.metadata ?? {},
    strictEventTypes: body.strictEventTypes ?? false,
    emitRateLimitPerSecond: body.emitRateLimitPerSecond ?? null,
    operationalEvents: body.operationalEvents ?? false,
  };
}

export function tenantAnswer(tenant: TenantEntity): TenantAnswer {
  return {
    id: toPublicId('ten', tenant.id),
    externalId: tenant.externalId,
    name: tenant.name,
    metadata: tenant.metadata,
    strictEventTypes: tenant.strictEventTypes,
    emitRateLimitPerSecond: tenant.emitRateLimitPerSecond,
    operationalEvents: tenant.operationalEvents,
    createdAt: tenant.createdAt,
    updatedAt: tenant.updatedAt,
  };
}
