import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsObject, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import type { JsonObject, JsonValue } from '../../model/json.js';
import { IsEventTypeName, IsJson, IsFilter, Omittable } from '../fields.js';
import { FieldProblemAnswer } from '../problem.dto.js';

const DATA_BYTES_MAX = 1_048_576;

export class FilterSample {
  /** @example "invoice.paid" */
  @Omittable()
  @IsEventTypeName()
  type?: string;

  /** @example { "amount": 12500, "customer": { "country": "DE" } } */
  @Omittable()
  @IsJson(DATA_BYTES_MAX)
  data?: JsonValue;

  /** @example ["billing"] */
  @Omittable()
  @IsArray()
  @IsString({ each: true })
  @ApiPropertyOptional({ type: [String], example: ['billing'] })
  tags?: string[];
}

export class TestFilter {
  /** @example { "data": { "amount": { "$gte": 100 } } } */
  @IsFilter()
  filter: JsonObject;

  /** What it is to be held against. */
  @IsObject()
  @ValidateNested()
  @Type(() => FilterSample)
  event: FilterSample;
}

export class FilterVerdict {
  /**
   * Whether an endpoint with this filter would get the event, were it of a type that it asked for.
   * @example true
   */
  matches: boolean;
  /** Why it cannot be used as a filter; an empty list: it can. */
  problems: FieldProblemAnswer[];
}
