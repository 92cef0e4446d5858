import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBase64, IsBoolean, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { JsonObject } from '../../model/json.js';
import { listenerErrors } from '../../model/listener.js';
import { PageEnd } from '../page.dto.js';
import { AreEventTypePatterns, AreStrings, IsFilter, IsJsonObject, Omittable } from '../fields.js';

/** Below the patience of common proxies, and a third of a listener’s lease. */
const WAIT_SECONDS_MAX = 20;
/** As much as is kept of any endpoint’s answer. */
const ANSWER_BODY_BYTES_MAX = 16_384;
const ANSWER_HEADERS_BYTES_MAX = 16_384;
/** No attempt lasts longer. */
const DURATION_MS_MAX = 60_000;

export class OpenListener {
  /**
   * The event types that are wanted; all, when left out.
   * @example ["invoice.*"]
   */
  @Omittable()
  @AreEventTypePatterns()
  eventTypes?: string[];

  /**
   * Only events that it matches, as with endpoints.
   * @example { "data": { "amount": { "$gte": 100 } } }
   */
  @IsOptional()
  @IsFilter()
  filter?: JsonObject | null;
}

export class ListenerAnswer {
  /** @example "lsn_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /**
   * What it is to the delivery log, and to everything else: an endpoint.
   * @example "ep_019ab1c2d3e47f508192a3b4c5d6e7f8"
   */
  endpointId: string;
  /** @example ["invoice.*"] */
  eventTypes: string[];
  /** @example null */
  filter: JsonObject | null;
  /**
   * Whoever opened it: an API key, or the tenant itself through its portal; null: by an older version, which did not note it.
   * @example "key_019ab1c2d3e47f508192a3b4c5d6e7f8"
   */
  createdBy: string | null;
  createdAt: Date;
  /** Its last poll or answer. */
  lastSeenAt: Date;
  /** It ends then, unless it polls. */
  expiresAt: Date;
}

export class NewListenerAnswer extends ListenerAnswer {
  /**
   * Signs what is sent; here and nowhere else.
   * @example "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
   */
  secret: string;
}

export class ListenerPage extends PageEnd {
  data: ListenerAnswer[];
}

export class PollListener {
  /** How long the answer may wait for something to come; 0: not at all. */
  @Omittable()
  @IsInt()
  @Min(0)
  @Max(WAIT_SECONDS_MAX)
  waitSeconds?: number = WAIT_SECONDS_MAX;
}

export class PolledRequest {
  /** @example "lrq_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "POST" */
  method: string;
  /**
   * As they are sent to any endpoint, signature included.
   * @example { "webhook-id": "evt_019ab1c2d3e47f508192a3b4c5d6e7f8", "content-type": "application/json" }
   */
  headers: Record<string, string>;
  /** @example "{\"type\":\"invoice.paid\",\"timestamp\":\"2026-11-21T09:30:00.000Z\",\"data\":{\"amount\":12500}}" */
  body: string;
  /**
   * The answer is waited for no longer; after it, the attempt has failed with `timeout`.
   * @example 29800
   */
  timeoutMs: number;
}

export class PolledRequests {
  /** In their order; empty when nothing came. */
  data: PolledRequest[];
  /** The listener ends then, unless it polls again. */
  expiresAt: Date;
}

/** Either `statusCode` with the rest of the answer, or `error`. */
export class AnswerRequest {
  /** What the local server answered. */
  @Omittable()
  @IsInt()
  @Min(200)
  @Max(599)
  @ApiPropertyOptional({ type: 'integer', minimum: 200, maximum: 599, example: 200 })
  statusCode?: number;

  /**
   * Names in lower case, 16 KiB in all.
   * @example { "content-type": "text/plain" }
   */
  @Omittable()
  @AreStrings()
  @IsJsonObject(ANSWER_HEADERS_BYTES_MAX)
  headers?: Record<string, string>;

  /**
   * The first 16 KiB of the body, in base64.
   * @example "b2s="
   */
  @Omittable()
  @IsBase64()
  @MaxLength(Math.ceil(ANSWER_BODY_BYTES_MAX / 3) * 4)
  body?: string;

  /** It was longer. */
  @Omittable()
  @IsBoolean()
  bodyTruncated?: boolean;

  /** Why the local server did not answer. */
  @Omittable()
  @IsIn(listenerErrors)
  @ApiPropertyOptional({ enum: listenerErrors })
  error?: (typeof listenerErrors)[number];

  /** In words. */
  @Omittable()
  @IsString()
  @MaxLength(500)
  @ApiPropertyOptional({ type: String, maxLength: 500 })
  message?: string;

  /** How long the local server took. */
  @IsInt()
  @Min(0)
  @Max(DURATION_MS_MAX)
  @ApiProperty({ type: 'integer', minimum: 0, maximum: DURATION_MS_MAX, example: 12 })
  durationMs: number;
}
