import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import type { JsonValue } from '../../model/json.js';
import { AnyJson } from '../any-json.js';
import { DeliveryAnswer } from '../deliveries/delivery.dto.js';
import { IsEventTypeName, IsInstant } from '../fields.js';
import { PageEnd, PageQuery } from '../page.dto.js';
import { TAG_LENGTH_MAX } from './emit-fields.js';

export class EventQuery extends PageQuery {
  /** @example "invoice.paid" */
  @IsOptional()
  @IsEventTypeName()
  type?: string;

  /** @example "billing" */
  @IsOptional()
  @IsString()
  @Length(1, TAG_LENGTH_MAX)
  tag?: string;

  /** Emitted at this instant or later. */
  @IsOptional()
  @IsInstant()
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-20T00:00:00Z' })
  after?: string;

  /** Emitted before this instant. */
  @IsOptional()
  @IsInstant()
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T00:00:00Z' })
  before?: string;
}

export class EventAnswer {
  /** @example "evt_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "ten_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  tenantId: string;
  /** @example "invoice.paid" */
  type: string;
  /**
   * The `id` that it was emitted with.
   * @example "in_4711-paid"
   */
  externalId: string | null;
  occurredAt: Date;
  createdAt: Date;
  /** @example ["billing"] */
  tags: string[];
  /** True for events that only try an endpoint out. */
  test: boolean;
  /**
   * To how many endpoints it was owed when it was emitted.
   * @example 2
   */
  deliveryCount: number;
  /** When it is to be sent; null: at once. */
  deliverAt: Date | null;
  /** Until when it is worth sending; null: always. */
  expiresAt: Date | null;
}

/** A page may be short, or empty, and still have a `nextCursor`: then there is more to look through. */
export class EventPage extends PageEnd {
  data: EventAnswer[];
}

export class EventCancellation {
  /** @example "evt_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /**
   * How many deliveries were still owed, and are no more.
   * @example 2
   */
  canceled: number;
}

export class EventDetailsAnswer extends EventAnswer {
  /** Newest first, 200 at most. */
  deliveries: DeliveryAnswer[];
  /** Asks `GET /v1/deliveries?event=…` for the others; null when these are all. */
  deliveriesNextCursor: string | null;
  /**
   * The JSON text that was emitted, byte for byte. Absent for keys without access to payloads.
   * @example { "invoice": "in_4711", "amount": 12500 }
   */
  @AnyJson({ required: false })
  data?: JsonValue;
}
