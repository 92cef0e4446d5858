/** The tables that TypeORM maps. The partitioned ones, and `lanes`, are hot: they are spoken to in SQL only. */
import { ApiKeyEntity } from './api-key.entity.js';
import { AuditRecordEntity } from './audit-record.entity.js';
import { EndpointSecretEntity } from './endpoint-secret.entity.js';
import { EndpointEntity } from './endpoint.entity.js';
import { EventTypeEntity } from './event-type.entity.js';
import { TenantEntity } from './tenant.entity.js';

export const entities = [
  ApiKeyEntity,
  AuditRecordEntity,
  EndpointEntity,
  EndpointSecretEntity,
  EventTypeEntity,
  TenantEntity,
];
