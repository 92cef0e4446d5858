import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { replayStatuses, type ReplayStatus } from '../../store/replays.js';
import { STATUS_CODE_PATTERN } from '../deliveries/delivery-filter-mapping.js';
import { DeliveryFilterFields } from '../deliveries/delivery-query.dto.js';
import { Omittable } from '../fields.js';
import { PageEnd, PageQuery } from '../page.dto.js';

/** As much as an installation of this size delivers in the same time anyway. */
export const REPLAY_RATE_DEFAULT = 500;
export const REPLAY_RATE_MAX = 10_000;

/** The filters of the delivery list; at least one, and all that are given must hold. */
export class ReplayFilter extends DeliveryFilterFields {
  /** Of the last attempt’s answer: `503`, or `5xx` for a whole class. */
  @IsOptional()
  // In JSON, unlike in a query, a status code is written as a number too.
  @Transform(({ value }) => (typeof value === 'number' ? String(value) : (value as unknown)))
  @Matches(STATUS_CODE_PATTERN, { message: 'must be a status code such as 503, or a class such as 5xx' })
  @ApiPropertyOptional({ type: String, pattern: STATUS_CODE_PATTERN.source, example: '5xx' })
  override statusCode?: string;
}

export class CreateReplay {
  /** Which deliveries. Those that are pending, or whose endpoint was deleted, are left out. */
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ReplayFilter)
  filter: ReplayFilter;

  /** Only counts. Nothing is replayed. */
  @Omittable()
  @IsBoolean()
  dryRun?: boolean = false;

  /**
   * Instead of taking deliveries back, makes those that an endpoint never had: of events that match it as it is now, and
   * have no delivery for it. The filter must name the endpoint, and may have `event`, `eventType`, `after`, `before` and
   * `search` besides.
   */
  @Omittable()
  @IsBoolean()
  missing?: boolean = false;

  /** Deliveries a second, at most. How fast they are sent is up to each endpoint’s own limits. */
  @Omittable()
  @IsInt()
  @Min(1)
  @Max(REPLAY_RATE_MAX)
  ratePerSecond?: number = REPLAY_RATE_DEFAULT;
}

export class ReplayCount {
  /**
   * How many deliveries there are to replay now.
   * @example 7
   */
  count: number;
}

export class ReplayQuery extends PageQuery {
  /**
   * Replays of this tenant’s deliveries only, by its id or externalId.
   * @example "acme"
   */
  @IsOptional()
  @IsString()
  @Length(1, 256)
  tenant?: string;

  @IsOptional()
  @IsIn(replayStatuses)
  @ApiPropertyOptional({ enum: replayStatuses, example: 'running' })
  status?: ReplayStatus;
}

export class ReplayAnswer {
  /** @example "rpl_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /**
   * Whose deliveries alone it can touch; null: everybody’s.
   * @example "ten_019ab1c2d3e47f508192a3b4c5d6e7f8"
   */
  tenantId: string | null;
  /** As it was given, tenants by their id. */
  filter: ReplayFilter;
  missing: boolean;
  /** @example 500 */
  ratePerSecond: number;
  /**
   * `completed`: every delivery is pending again, or was; it may still have to be sent. `failed`: given up, `error` says
   * why.
   */
  @ApiProperty({ enum: replayStatuses, example: 'running' })
  status: ReplayStatus;
  /**
   * How many deliveries there were to replay when it was asked for.
   * @example 7
   */
  total: number;
  /**
   * How many it has taken back, or made, until now. Fewer than `total` in the end when some were replayed by somebody else
   * before their turn.
   * @example 7
   */
  replayed: number;
  /**
   * Of the replayed ones, as of a moment ago. One that somebody replays once more is counted there, and here no longer.
   * @example 5
   */
  succeeded: number;
  /** @example 0 */
  failed: number;
  /** @example 0 */
  canceled: number;
  /** @example 2 */
  pending: number;
  /** @example null */
  error: string | null;
  /**
   * The key that asked for it, or the tenant whose portal it was asked for in.
   * @example "key_019ab1c2d3e47f508192a3b4c5d6e7f8"
   */
  createdBy: string;
  createdAt: Date;
  completedAt: Date | null;
}

export class ReplayPage extends PageEnd {
  data: ReplayAnswer[];
}
