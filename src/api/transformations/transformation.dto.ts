import { Type } from 'class-transformer';
import { IsObject, IsString, MaxLength, MinLength, ValidateNested } from 'class-validator';
import type { JsonValue } from '../../model/json.js';
import { FilterSample } from '../filters/filter.dto.js';

export const TRANSFORMATION_LENGTH_MAX = 16_384;

export class TestTransformation {
  /**
   * JSONata.
   * @example "{ \"text\": \"Invoice over \" & data.amount }"
   */
  @IsString()
  @MinLength(1)
  @MaxLength(TRANSFORMATION_LENGTH_MAX)
  transformation: string;

  /** What it is to be applied to. */
  @IsObject()
  @ValidateNested()
  @Type(() => FilterSample)
  event: FilterSample;
}

export class TransformationOutcome {
  /**
   * What would be sent; null when there is an error.
   * @example { "text": "Invoice over 12500" }
   */
  body: JsonValue;
  /**
   * Why there is no body.
   * @example null
   */
  error: string | null;
}
