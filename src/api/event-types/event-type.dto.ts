import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';
import type { JsonObject, JsonValue } from '../../model/json.js';
import { IsEventTypeName, IsJson, IsJsonObject, Omittable } from '../fields.js';
import { PageEnd } from '../page.dto.js';

const DESCRIPTION_LENGTH_MAX = 2_000;
/** Generous for a schema that people write; it is compiled while they wait. */
const SCHEMA_BYTES_MAX = 65_536;
const EXAMPLE_BYTES_MAX = 65_536;

export class CreateEventType {
  /**
   * Words of letters, digits, `_` and `-`, joined by dots; up to 128 characters.
   * @example "invoice.paid"
   */
  @IsEventTypeName()
  name: string;

  /** @example "A customer has paid an invoice in full." */
  @Omittable()
  @IsString()
  @MaxLength(DESCRIPTION_LENGTH_MAX)
  description?: string = '';

  /**
   * A JSON Schema (2020-12) of `data`, for the people who receive it; emits are not held against it. Up to 64 KiB.
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

  /** Nothing of an archived type can be emitted. */
  @Omittable()
  @IsBoolean()
  archived?: boolean = false;
}

/** What is left out stays as it is; null takes `schema` or `example` away. */
export class UpdateEventType {
  /** @example "A customer has paid an invoice in full." */
  @Omittable()
  @IsString()
  @MaxLength(DESCRIPTION_LENGTH_MAX)
  description?: string;

  /**
   * A JSON Schema (2020-12).
   * @example { "type": "object" }
   */
  @IsOptional()
  @IsJsonObject(SCHEMA_BYTES_MAX)
  schema?: JsonObject | null;

  /** @example { "amount": 12500, "currency": "EUR" } */
  @IsOptional()
  @IsJson(EXAMPLE_BYTES_MAX)
  example?: JsonValue;

  /** Nothing of an archived type can be emitted. */
  @Omittable()
  @IsBoolean()
  archived?: boolean;
}

export class EventTypeAnswer {
  /** @example "invoice.paid" */
  name: string;
  /** @example "A customer has paid an invoice in full." */
  description: string;
  /** @example { "type": "object" } */
  schema: JsonObject | null;
  /** @example { "amount": 12500, "currency": "EUR" } */
  example: JsonValue;
  /** @example false */
  archived: boolean;
  createdAt: Date;
  updatedAt: Date;
}

export class EventTypePage extends PageEnd {
  data: EventTypeAnswer[];
}
