import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { Omittable } from '../fields.js';
import { portalRights, type PortalRights } from './portal-sessions.js';

const EXPIRES_IN_SECONDS_DEFAULT = 3_600;
const EXPIRES_IN_SECONDS_MAX = 86_400;

export class CreatePortalSession {
  /** `read`: looks only; `manage`: changes endpoints, reads and rotates secrets, sends tests, replays. */
  @Omittable()
  @IsIn(portalRights)
  @ApiPropertyOptional({ enum: portalRights, default: 'manage' })
  rights?: PortalRights = 'manage';

  /**
   * How long the link works, in seconds; at most a day.
   * @example 3600
   */
  @Omittable()
  @IsInt()
  @Min(60)
  @Max(EXPIRES_IN_SECONDS_MAX)
  expiresInSeconds?: number = EXPIRES_IN_SECONDS_DEFAULT;
}

export class PortalSessionAnswer {
  /**
   * Opens the portal. Whoever has it is in: hand it to your customer over https and keep it out of logs.
   * @example "https://webhooks.example.com/console/portal#token=eyJhbGciOi…"
   */
  url: string;
  /**
   * The same as a bearer token, for your own front end.
   * @example "eyJhbGciOi…"
   */
  token: string;
  expiresAt: Date;
}

export class PortalTenant {
  /** @example "ten_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "Acme Corporation" */
  name: string;
}

/** How the portal presents itself; null: as Posthorn. */
export class PortalBrand {
  /** @example "Example Inc." */
  name: string | null;
  /** @example "https://example.com/logo.svg" */
  logoUrl: string | null;
  /** @example "#0b5c7a" */
  color: string | null;
}

export class PortalSession {
  tenant: PortalTenant;
  @ApiProperty({ enum: portalRights, example: 'manage' })
  rights: PortalRights;
  expiresAt: Date;
  brand: PortalBrand;
}
