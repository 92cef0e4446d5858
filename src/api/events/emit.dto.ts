import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { errorTable, type ErrorCode, type FieldProblem } from '../../errors.js';
import { EVENT_TYPE_LENGTH_MAX, EVENT_TYPE_PATTERN } from '../../model/event.js';
import type { JsonValue } from '../../model/json.js';
import { AnyJson } from '../any-json.js';
import { FieldProblemAnswer } from '../problem.dto.js';
import { BATCH_EVENTS_MAX } from './emit-batch.js';
import { EVENT_ID_LENGTH_MAX, TAG_LENGTH_MAX, TAGS_MAX } from './emit-fields.js';

/** Checked by emit-fields.ts, not by decorators. */
export class EmitEvent {
  /** Words of letters, digits, `_` and `-`, joined by dots. It need not be in the catalog, unless the tenant’s catalog is strict. */
  @ApiProperty({
    pattern: EVENT_TYPE_PATTERN.source,
    maxLength: EVENT_TYPE_LENGTH_MAX,
    example: 'invoice.paid',
  })
  type: string;

  /**
   * Any JSON value. Its text reaches the receivers byte for byte: large numbers, the order of keys and white space
   * stay as they are.
   * @example { "invoice": "in_4711", "amount": 12500 }
   */
  @AnyJson()
  data: JsonValue;

  /** Your own id of the event: emitted again, it is answered as before, and not sent again. */
  @ApiPropertyOptional({ minLength: 1, maxLength: EVENT_ID_LENGTH_MAX, example: 'in_4711-paid' })
  id?: string;

  /** When it happened; now, when left out. It becomes the `timestamp` of what is sent. */
  @ApiPropertyOptional({ format: 'date-time', type: String, example: '2026-11-21T09:30:00Z' })
  occurredAt?: string;

  /** Sent at this instant and not before, up to 30 days ahead; canceled until then by canceling its deliveries. */
  @ApiPropertyOptional({ format: 'date-time', type: String, example: '2026-11-22T06:00:00Z' })
  deliverAt?: string;

  /** Not worth sending after this: whatever is still owed then fails with `expired`, and is not retried. */
  @ApiPropertyOptional({ format: 'date-time', type: String, example: '2026-11-23T06:00:00Z' })
  expiresAt?: string;

  /** To find events by; they are not sent. */
  @ApiPropertyOptional({
    type: 'array',
    maxItems: TAGS_MAX,
    items: { type: 'string', minLength: 1, maxLength: TAG_LENGTH_MAX },
    example: ['billing'],
  })
  tags?: string[];
}

export class EmitBatch {
  @ApiProperty({
    type: 'array',
    minItems: 1,
    maxItems: BATCH_EVENTS_MAX,
    items: { $ref: getSchemaPath(EmitEvent) },
  })
  events: EmitEvent[];
}

export class EmittedEvent {
  /** @example "evt_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "invoice.paid" */
  type: string;
  /**
   * The `id` that you gave.
   * @example "in_4711-paid"
   */
  externalId: string | null;
  occurredAt: Date;
  createdAt: Date;
  /**
   * To how many endpoints it will be sent.
   * @example 2
   */
  deliveries: number;
  /** Where the data departs from its event type's schema, when the catalog says `validation: "warn"`. */
  warnings?: FieldProblemAnswer[];
  /** Says so when no endpoint wants the event; it is recorded all the same. */
  message?: string;
}

export class ItemError {
  @ApiProperty({ enum: Object.keys(errorTable), example: 'validation_failed' })
  code: ErrorCode;
  /** @example "type: must be words of letters, digits, _ and -, joined by dots, of up to 128 characters." */
  detail: string;
  @ApiPropertyOptional({
    type: 'array',
    items: {
      type: 'object',
      required: ['path', 'message'],
      properties: { path: { type: 'string' }, message: { type: 'string' } },
    },
  })
  errors?: FieldProblem[];
}

export class AcceptedItem {
  /** `replayed`: it was emitted before, with the same id and content, and is not sent again. */
  @ApiProperty({ enum: ['accepted', 'replayed'], example: 'accepted' })
  status: 'accepted' | 'replayed';
  /** @example "evt_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "in_4711-paid" */
  externalId: string | null;
  /** @example 2 */
  deliveries: number;
  /** Where the data departs from its event type's schema, when the catalog says `validation: "warn"`. */
  warnings?: FieldProblemAnswer[];
}

export class RefusedItem {
  @ApiProperty({ enum: ['refused'], example: 'refused' })
  status: 'refused';
  error: ItemError;
}

@ApiExtraModels(AcceptedItem, RefusedItem)
export class EmittedBatch {
  /** One for each event, in their order. */
  @ApiProperty({
    type: 'array',
    items: { oneOf: [{ $ref: getSchemaPath(AcceptedItem) }, { $ref: getSchemaPath(RefusedItem) }] },
  })
  data: (AcceptedItem | RefusedItem)[];
}
