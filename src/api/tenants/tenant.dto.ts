import { IsBoolean, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { TENANT_NAME_LENGTH_MAX } from '../../model/tenant.js';
import { IsExternalId, IsMetadata, Omittable } from '../fields.js';
import { PageEnd, PageQuery } from '../page.dto.js';

/** No shorter than the longest name or externalId, either of which may be pasted. */
const SEARCH_LENGTH_MAX = 256;

/** Above it a limit limits nothing. */
const EMIT_RATE_MAX = 1_000_000;

export class CreateTenant {
  /**
   * Your own name for the tenant, unique among tenants; accepted wherever a tenant's id is. Up to 256 characters,
   * percent-encoded in paths; must not begin with `ten_`.
   * @example "acme"
   */
  @IsOptional()
  @IsExternalId()
  externalId?: string | null;

  /**
   * For people to read; the externalId when left out.
   * @example "Acme Corporation"
   */
  @Omittable()
  @IsString()
  @Length(1, TENANT_NAME_LENGTH_MAX)
  name?: string;

  /**
   * Yours to use: up to 50 keys of up to 64 characters, with strings of up to 512.
   * @example { "plan": "gold" }
   */
  @Omittable()
  @IsMetadata()
  metadata?: Record<string, string>;

  /** Refuses events whose type is not in the catalog. */
  @Omittable()
  @IsBoolean()
  strictEventTypes?: boolean = false;

  /** Events that may be emitted for this tenant per second; null: no limit. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(EMIT_RATE_MAX)
  emitRateLimitPerSecond?: number | null;

  /**
   * Sends Posthorn’s own events (`endpoint.failing`, `endpoint.disabled`, `endpoint.recovered`, `delivery.failed`) to the
   * tenant’s endpoints that ask for these types, except to the one that an event is about.
   */
  @Omittable()
  @IsBoolean()
  operationalEvents?: boolean = false;
}

/** What is left out stays as it is. `metadata` is replaced as a whole. */
export class UpdateTenant {
  /**
   * Null takes it away.
   * @example "acme"
   */
  @IsOptional()
  @IsExternalId()
  externalId?: string | null;

  /** @example "Acme Corporation" */
  @Omittable()
  @IsString()
  @Length(1, TENANT_NAME_LENGTH_MAX)
  name?: string;

  /** @example { "plan": "gold" } */
  @Omittable()
  @IsMetadata()
  metadata?: Record<string, string>;

  /** Refuses events whose type is not in the catalog. */
  @Omittable()
  @IsBoolean()
  strictEventTypes?: boolean;

  /** Events that may be emitted for this tenant per second; null: no limit. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(EMIT_RATE_MAX)
  emitRateLimitPerSecond?: number | null;

  /**
   * Sends Posthorn’s own events (`endpoint.failing`, `endpoint.disabled`, `endpoint.recovered`, `delivery.failed`) to the
   * tenant’s endpoints that ask for these types, except to the one that an event is about.
   */
  @Omittable()
  @IsBoolean()
  operationalEvents?: boolean;
}

export class TenantAnswer {
  /** @example "ten_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "acme" */
  externalId: string | null;
  /** @example "Acme Corporation" */
  name: string;
  /** @example { "plan": "gold" } */
  metadata: Record<string, string>;
  /** @example false */
  strictEventTypes: boolean;
  /** @example null */
  emitRateLimitPerSecond: number | null;
  /** @example false */
  operationalEvents: boolean;
  createdAt: Date;
  updatedAt: Date;
}

export class TenantQuery extends PageQuery {
  /**
   * Part of the name or of the externalId, capitals do not matter; or the whole id. Looked for in bounded time: with very
   * many tenants a page may be short, or empty, and still have a `nextCursor`.
   * @example "acme"
   */
  @IsOptional()
  @IsString()
  @Length(1, SEARCH_LENGTH_MAX)
  search?: string;
}

export class TenantPage extends PageEnd {
  data: TenantAnswer[];
}
