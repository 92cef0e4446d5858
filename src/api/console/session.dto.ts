import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { keyRoles, type KeyRole } from '../../model/api-key.js';

export class SignIn {
  /**
   * An API key with the role admin or support.
   * @example "phk_4Zr…"
   */
  @IsString()
  @MinLength(1)
  @MaxLength(512)
  key: string;
}

export class ConsoleSession {
  /** The key that signed in. */
  keyId: string;
  /** @example "Night shift" */
  name: string;
  @ApiProperty({ enum: keyRoles, example: 'support' })
  role: KeyRole;
  /** The tenant that the key is bound to; null: all of them. */
  tenantId: string | null;
  /** False: payloads are not shown. */
  payloadAccess: boolean;
  /** Whether everybody may see the event catalog, at /console/catalog. */
  publicCatalog: boolean;
  expiresAt: Date;
  /** Of this Posthorn. */
  version: string;
}
