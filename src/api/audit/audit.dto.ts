import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { JsonObject } from '../../model/json.js';
import { PageEnd, PageQuery } from '../page.dto.js';

export class AuditQuery extends PageQuery {
  /**
   * What concerns this tenant, by id or externalId.
   * @example "acme"
   */
  @IsOptional()
  @IsString()
  @MaxLength(256)
  tenant?: string;

  /** @example "secret.read" */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  action?: string;

  /**
   * Whoever did it, by id.
   * @example "key_019ab1c2d3e47f508192a3b4c5d6e7f8"
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  actor?: string;
}

export class AuditActor {
  /** `key`: an API key; `portal`: a customer, by tenant; `system`: Posthorn itself. */
  @ApiProperty({ enum: ['key', 'portal', 'system'], example: 'key' })
  kind: 'key' | 'portal' | 'system';
  /** @example "key_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string | null;
  /** @example "billing service" */
  name: string | null;
}

export class AuditRecordAnswer {
  /** @example "aud_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "endpoint.updated" */
  action: string;
  actor: AuditActor;
  /** @example "ten_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  tenantId: string | null;
  /**
   * What it was done to: an id, or an event type's name.
   * @example "ep_019ab1c2d3e47f508192a3b4c5d6e7f8"
   */
  targetId: string | null;
  /** @example { "fields": ["url"] } */
  details: JsonObject;
  /** @example "198.51.100.7" */
  remoteAddress: string | null;
  /** `x-request-id` of the answer. */
  requestId: string | null;
  createdAt: Date;
}

export class AuditPage extends PageEnd {
  data: AuditRecordAnswer[];
}
