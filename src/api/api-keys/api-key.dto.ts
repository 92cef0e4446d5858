import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString, Length } from 'class-validator';
import { keyRoles, type KeyRole } from '../../model/api-key.js';
import { AreEventTypePatterns, IsInstant, Omittable } from '../fields.js';
import { PageEnd } from '../page.dto.js';

export class CreateApiKey {
  /**
   * For people to tell keys apart.
   * @example "billing service"
   */
  @IsString()
  @Length(1, 200)
  name: string;

  /** `emitter`: emits events; `support`: reads and replays; `admin`: everything. */
  @IsIn(keyRoles)
  @ApiProperty({ enum: keyRoles, example: 'emitter' })
  role: KeyRole;

  /**
   * Binds an emitter or support key to one tenant, by id or externalId: every other one is not found.
   * @example "acme"
   */
  @IsOptional()
  @IsString()
  @Length(1, 256)
  tenantId?: string | null;

  /**
   * The only event types, or patterns of them, that an emitter key may emit.
   * @example ["invoice.*"]
   */
  @IsOptional()
  @AreEventTypePatterns()
  eventTypes?: string[] | null;

  /**
   * From when on the key is refused; null: never.
   * @example "2027-11-21T00:00:00Z"
   */
  @IsOptional()
  @IsInstant()
  expiresAt?: string | null;

  /** False bars a support key from what events carry. */
  @Omittable()
  @IsBoolean()
  payloadAccess?: boolean = true;
}

export class ApiKeyAnswer {
  /** @example "key_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "billing service" */
  name: string;
  @ApiProperty({ enum: keyRoles, example: 'emitter' })
  role: KeyRole;
  /**
   * The key's last four characters.
   * @example "x9Qd"
   */
  hint: string;
  /** @example "ten_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  tenantId: string | null;
  /** @example ["invoice.*"] */
  eventTypes: string[] | null;
  /** @example true */
  payloadAccess: boolean;
  expiresAt: Date | null;
  /** To the minute. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  createdAt: Date;
}

export class NewApiKeyAnswer extends ApiKeyAnswer {
  /**
   * Shown this once. Only a hash of it is kept.
   * @example "phk_4Y8…"
   */
  key: string;
}

export class ApiKeyPage extends PageEnd {
  data: ApiKeyAnswer[];
}
