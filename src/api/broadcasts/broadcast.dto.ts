import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { broadcastStatuses, type BroadcastStatus } from '../../store/broadcasts.js';
import { EmitEvent } from '../events/emit.dto.js';
import { PageEnd, PageQuery } from '../page.dto.js';

/** More are a matter for `"all"`, or for several broadcasts. */
export const BROADCAST_TENANTS_MAX = 1_000;

/** Checked by broadcast-fields.ts, not by decorators: `data` stays the text that it is. */
export class CreateBroadcast extends PickType(EmitEvent, ['type', 'data', 'occurredAt', 'tags']) {
  /**
   * `"all"`: every tenant that has an endpoint which matches; or up to 1,000 tenants, by id or externalId, whether they have one
   * or not.
   */
  @ApiProperty({
    oneOf: [
      { type: 'string', enum: ['all'] },
      { type: 'array', minItems: 1, maxItems: BROADCAST_TENANTS_MAX, items: { type: 'string' } },
    ],
    example: 'all',
  })
  tenants: 'all' | string[];
}

export class BroadcastQuery extends PageQuery {
  @IsOptional()
  @IsIn(broadcastStatuses)
  @ApiPropertyOptional({ enum: broadcastStatuses, example: 'running' })
  status?: BroadcastStatus;
}

export class BroadcastAnswer {
  /**
   * Each tenant’s event has it as its `externalId`.
   * @example "bct_019ab1c2d3e47f508192a3b4c5d6e7f8"
   */
  id: string;
  /** @example "terms.changed" */
  type: string;
  /** @example ["legal"] */
  tags: string[];
  /** Whether it is for everybody, or for those that were listed. */
  @ApiProperty({ enum: ['all', 'listed'], example: 'all' })
  tenants: 'all' | 'listed';
  /** `completed`: every tenant was looked at. `failed`: given up, `error` says why. */
  @ApiProperty({ enum: broadcastStatuses, example: 'running' })
  status: BroadcastStatus;
  /**
   * How many tenants there are to look at.
   * @example 5000
   */
  total: number;
  /**
   * How many have their event.
   * @example 1200
   */
  emitted: number;
  /**
   * How many had no endpoint that matches (with `"all"`), or were deleted meanwhile.
   * @example 300
   */
  skipped: number;
  /**
   * How many were refused, as an emit would have been: by a strict catalog, a schema, a rate limit.
   * @example 0
   */
  refused: number;
  /**
   * The code of the last refusal.
   * @example null
   */
  lastRefusal: string | null;
  occurredAt: Date;
  /** @example null */
  error: string | null;
  /**
   * The key that asked for it.
   * @example "key_019ab1c2d3e47f508192a3b4c5d6e7f8"
   */
  createdBy: string;
  createdAt: Date;
  completedAt: Date | null;
}

export class BroadcastPage extends PageEnd {
  data: BroadcastAnswer[];
}
