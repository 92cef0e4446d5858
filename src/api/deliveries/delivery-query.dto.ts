import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { deliveryStatuses, type DeliveryStatus } from '../../model/delivery.js';
import { IsEventTypeName, IsInstant, IsPublicId } from '../fields.js';
import { PageQuery } from '../page.dto.js';
import { STATUS_CODE_PATTERN } from './delivery-filter-mapping.js';

const SEARCH_LENGTH_MAX = 200;

/** What deliveries can be looked for by; all that is given must hold. Replays take the same. */
export class DeliveryFilterFields {
  /**
   * A tenant’s id or externalId.
   * @example "acme"
   */
  @IsOptional()
  @IsString()
  @Length(1, 256)
  tenant?: string;

  /** @example "ep_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  @IsOptional()
  @IsPublicId('ep')
  endpoint?: string;

  /** @example "evt_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  @IsOptional()
  @IsPublicId('evt')
  event?: string;

  /** @example "invoice.paid" */
  @IsOptional()
  @IsEventTypeName()
  eventType?: string;

  @IsOptional()
  @IsIn(deliveryStatuses)
  @ApiPropertyOptional({ enum: deliveryStatuses, example: 'failed' })
  status?: DeliveryStatus;

  /** Of the last attempt’s answer: `503`, or `5xx` for a whole class. */
  @IsOptional()
  @Matches(STATUS_CODE_PATTERN, { message: 'must be a status code such as 503, or a class such as 5xx' })
  @ApiPropertyOptional({ type: String, pattern: STATUS_CODE_PATTERN.source, example: '5xx' })
  statusCode?: string;

  /**
   * Of the last attempt.
   * @example "timeout"
   */
  @IsOptional()
  @Matches(/^[a-z][a-z0-9_]{0,63}$/, { message: 'must be an error code such as timeout' })
  errorCode?: string;

  /** Made at this instant or later. */
  @IsOptional()
  @IsInstant()
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-20T00:00:00Z' })
  after?: string;

  /** Made before this instant. */
  @IsOptional()
  @IsInstant()
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T00:00:00Z' })
  before?: string;

  /**
   * Part of the event’s data, as the text that was emitted; capitals do not matter. Looked for in bounded time: a page
   * may be short, or empty, and still have a `nextCursor`. Not for keys without access to payloads.
   * @example "in_4711"
   */
  @IsOptional()
  @IsString()
  @Length(1, SEARCH_LENGTH_MAX)
  search?: string;
}

export class DeliveryQuery extends IntersectionType(PageQuery, DeliveryFilterFields) {}
