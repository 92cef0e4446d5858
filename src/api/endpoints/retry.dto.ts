import { getSchemaPath } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsInt, IsNumber, Max, Min } from 'class-validator';
import { Omittable } from '../fields.js';

/** Longer pauses would outlive what most installations keep. */
const PAUSE_SECONDS_MAX = 604_800;
const ATTEMPTS_MAX = 100;

/** Pauses that grow: base × factorⁿ, up to a maximum. What is left out is as in the default. */
export class ExponentialRetry {
  /**
   * The pause before the second attempt, in seconds.
   * @example 5
   */
  @Omittable()
  @IsNumber({ allowInfinity: false, allowNaN: false })
  @Min(1)
  @Max(PAUSE_SECONDS_MAX)
  baseSeconds?: number;

  /**
   * What each pause is multiplied with to make the next.
   * @example 4
   */
  @Omittable()
  @IsNumber({ allowInfinity: false, allowNaN: false })
  @Min(1)
  @Max(100)
  factor?: number;

  /**
   * No pause is longer, in seconds.
   * @example 43200
   */
  @Omittable()
  @IsNumber({ allowInfinity: false, allowNaN: false })
  @Min(1)
  @Max(PAUSE_SECONDS_MAX)
  maxSeconds?: number;

  /**
   * Attempts in all, the first one included.
   * @example 12
   */
  @Omittable()
  @IsInt()
  @Min(1)
  @Max(ATTEMPTS_MAX)
  maxAttempts?: number;

  /**
   * 0.2 makes each pause up to 20 % longer or shorter.
   * @example 0.2
   */
  @Omittable()
  @IsNumber({ allowInfinity: false, allowNaN: false })
  @Min(0)
  @Max(1)
  jitter?: number;
}

/** The pauses one by one. */
export class ScheduledRetry {
  /**
   * The pause before the second, third, … attempt, in seconds; empty: one attempt only.
   * @example [5, 300, 1800]
   */
  @IsArray()
  @ArrayMaxSize(ATTEMPTS_MAX - 1)
  @IsNumber({ allowInfinity: false, allowNaN: false }, { each: true })
  @Min(1, { each: true })
  @Max(PAUSE_SECONDS_MAX, { each: true })
  scheduleSeconds: number[];
}

export const retrySchema = {
  oneOf: [{ $ref: getSchemaPath(ExponentialRetry) }, { $ref: getSchemaPath(ScheduledRetry) }],
};

export type RetryDto = ExponentialRetry | ScheduledRetry;
