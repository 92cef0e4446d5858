import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { validations, type Validation } from '../../model/event-type.js';
import type { JsonObject, JsonValue } from '../../model/json.js';
import { IsEventTypeName, IsJson, IsJsonObject, Omittable } from '../fields.js';
import { PageEnd } from '../page.dto.js';

export const DESCRIPTION_LENGTH_MAX = 2_000;
/** Generous for a schema that people write; it is compiled while they wait. */
export const SCHEMA_BYTES_MAX = 65_536;
export const EXAMPLE_BYTES_MAX = 65_536;
export const EXAMPLES_MAX = 10;
export const GROUP_LENGTH_MAX = 100;
export const VERSION_LENGTH_MAX = 50;

class EventTypeFields {
  /** @example "A customer has paid an invoice in full." */
  @Omittable()
  @IsString()
  @MaxLength(DESCRIPTION_LENGTH_MAX)
  description?: string;

  /**
   * A JSON Schema (2020-12) of `data`, for the people who receive it, and with `validation` for those who
   * emit it. Up to 64 KiB. `pattern` is RE2: no look-around, no back references.
   * @example { "type": "object", "required": ["amount"], "properties": { "amount": { "type": "integer" } } }
   */
  @IsOptional()
  @IsJsonObject(SCHEMA_BYTES_MAX)
  schema?: JsonObject | null;

  /**
   * What `data` may look like; test events carry it. Has to fit the schema, if there is one. Up to 64 KiB.
   * @example { "amount": 12500, "currency": "EUR" }
   */
  @IsOptional()
  @IsJson(EXAMPLE_BYTES_MAX)
  example?: JsonValue;

  /**
   * More of what `data` may look like, for the catalog. Each has to fit the schema, if there is one. Up to 10, 64 KiB in all.
   * @example [{ "amount": 5, "currency": "CHF" }]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(EXAMPLES_MAX)
  @IsJson(EXAMPLE_BYTES_MAX)
  examples?: JsonValue[] | null;

  /**
   * What it belongs to; the catalog is shown by groups.
   * @example "Billing"
   */
  @IsOptional()
  @IsString()
  @MaxLength(GROUP_LENGTH_MAX)
  group?: string | null;

  /**
   * Yours to count.
   * @example "2"
   */
  @IsOptional()
  @IsString()
  @MaxLength(VERSION_LENGTH_MAX)
  version?: string | null;

  /**
   * Whether emits are held against the schema. `off`: they are not; `warn`: the answer to an emit says what does not fit;
   * `reject`: such an emit is refused with `event_data_invalid`.
   */
  @Omittable()
  @IsIn(validations)
  @ApiPropertyOptional({ enum: validations, example: 'off' })
  validation?: Validation;

  /** Nothing of an archived type can be emitted. */
  @Omittable()
  @IsBoolean()
  archived?: boolean;
}

export class CreateEventType extends EventTypeFields {
  /**
   * Words of letters, digits, `_` and `-`, joined by dots; up to 128 characters.
   * @example "invoice.paid"
   */
  @IsEventTypeName()
  name: string;

  /** @example "A customer has paid an invoice in full." */
  override description?: string = '';

  /** Nothing of an archived type can be emitted. */
  override archived?: boolean = false;
}

/** What is left out stays as it is; null takes `schema` or `example` away. */
export class UpdateEventType extends EventTypeFields {}

export class EventTypeAnswer {
  /** @example "invoice.paid" */
  name: string;
  /** @example "A customer has paid an invoice in full." */
  description: string;
  /** @example { "type": "object" } */
  schema: JsonObject | null;
  /** @example { "amount": 12500, "currency": "EUR" } */
  example: JsonValue;
  /** @example [{ "amount": 5, "currency": "CHF" }] */
  examples: JsonValue[];
  /** @example "Billing" */
  group: string | null;
  /** @example "2" */
  version: string | null;
  @ApiProperty({ enum: validations, example: 'off' })
  validation: Validation;
  /** @example false */
  archived: boolean;
  createdAt: Date;
  updatedAt: Date;
}

export class EventTypePage extends PageEnd {
  data: EventTypeAnswer[];
}
