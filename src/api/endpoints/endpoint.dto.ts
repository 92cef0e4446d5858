import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import {
  bodyFormats,
  failurePolicies,
  httpMethods,
  orderings,
  payloads,
  signatureProfiles,
  signings,
  type BodyFormat,
  type Circuit,
  type DisabledReason,
  type FailurePolicy,
  type HttpMethod,
  type Ordering,
  type Payload,
  type SignatureProfile,
  type Signing,
} from '../../model/endpoint.js';
import type { JsonObject } from '../../model/json.js';
import { AreEventTypePatterns, AreStrings, IsFilter, IsMetadata, Omittable } from '../fields.js';
import { PageEnd } from '../page.dto.js';
import { ExponentialRetry, ScheduledRetry } from './retry.dto.js';

const DESCRIPTION_LENGTH_MAX = 2_000;
/** Longer than any URL that may be stored; src/egress/url-policy.ts judges the rest. */
const URL_TEXT_LENGTH_MAX = 8_192;

const retrySchema = {
  oneOf: [{ $ref: getSchemaPath(ExponentialRetry) }, { $ref: getSchemaPath(ScheduledRetry) }],
};

/** What creating and changing an endpoint have in common. Null, where it is allowed, means the installation's default. */
@ApiExtraModels(ExponentialRetry, ScheduledRetry)
export class EndpointSettings {
  /** @example "Books invoices into the ERP" */
  @Omittable()
  @IsString()
  @MaxLength(DESCRIPTION_LENGTH_MAX)
  description?: string;

  /**
   * Only events that it matches are sent; null: all (docs/endpoints.md; `POST /v1/filters/test` tries one out). Up to
   * 16 KiB.
   * @example { "data": { "amount": { "$gte": 100 } } }
   */
  @IsOptional()
  @IsFilter()
  filter?: JsonObject | null;

  /**
   * Sent with every request. Answers show names only, each value as `•••`; where a change says `•••`, the value stays
   * as it is, and headers that it does not name are taken away.
   * @example { "x-api-key": "1f2e3d" }
   */
  @IsOptional()
  @AreStrings()
  headers?: Record<string, string> | null;

  /** `standard`: type, timestamp and data; `raw`: only data; `cloudevents`: CloudEvents 1.0, structured JSON. */
  @Omittable()
  @IsIn(bodyFormats)
  @ApiPropertyOptional({ enum: bodyFormats, example: 'standard' })
  bodyFormat?: BodyFormat;

  /**
   * `full`: the event's data; `thin`: in its place `{"id", "tenantId", "href"}`, to fetch the event from the API with a
   * token of the tenant.
   */
  @Omittable()
  @IsIn(payloads)
  @ApiPropertyOptional({ enum: payloads, example: 'full' })
  payload?: Payload;

  @Omittable()
  @IsIn(httpMethods)
  @ApiPropertyOptional({ enum: httpMethods, example: 'POST' })
  method?: HttpMethod;

  /** Of an endpoint that exists, a change makes a secret of the new kind; the old ones sign beside it for 24 hours. */
  @Omittable()
  @IsIn(signings)
  @ApiPropertyOptional({ enum: signings, example: 'hmac' })
  signing?: Signing;

  /**
   * Whose signature headers are sent beside `webhook-signature`, for receivers that were written for those. Only with
   * `signing: "hmac"`; the secret is this endpoint's.
   */
  @Omittable()
  @IsIn(signatureProfiles)
  @ApiPropertyOptional({ enum: signatureProfiles, example: 'none' })
  signatureProfile?: SignatureProfile;

  /**
   * `strict`: one delivery at a time, in the order of emit, and one that fails holds the rest back until it succeeds, is
   * canceled, or fails for good (see `onFailure`).
   */
  @Omittable()
  @IsIn(orderings)
  @ApiPropertyOptional({ enum: orderings, example: 'none' })
  ordering?: Ordering;

  /**
   * Of a strict order, when a delivery has failed for good: `skip`: the next one's turn; `hold`: nothing more is sent
   * until it is replayed and succeeds, or is canceled.
   */
  @Omittable()
  @IsIn(failurePolicies)
  @ApiPropertyOptional({ enum: failurePolicies, example: 'skip' })
  onFailure?: FailurePolicy;

  /** When failed attempts are repeated; null: the default, about 2.8 days of growing pauses. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type((options) => retryClass(options?.object as { retry?: unknown }))
  @ApiPropertyOptional({ ...retrySchema, nullable: true })
  retry?: ExponentialRetry | ScheduledRetry | null;

  /**
   * The whole attempt takes no longer, in milliseconds.
   * @example 15000
   */
  @IsOptional()
  @IsInt()
  @Min(1_000)
  @Max(60_000)
  timeoutMs?: number | null;

  /**
   * Requests per second at most; null: no limit.
   * @example 50
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_000)
  rateLimitPerSecond?: number | null;

  /**
   * Requests under way at a time, over all of Posthorn's processes.
   * @example 10
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000)
  maxInFlight?: number | null;

  /**
   * Yours to use: up to 50 keys of up to 64 characters, with strings of up to 512.
   * @example { "team": "billing" }
   */
  @Omittable()
  @IsMetadata()
  metadata?: Record<string, string>;

  /** Nothing is sent to a disabled endpoint; what is owed to it waits until it is enabled. */
  @Omittable()
  @IsBoolean()
  disabled?: boolean;
}

export class CreateEndpoint extends EndpointSettings {
  /**
   * Where deliveries go: https, unless this installation allows http, and a public address.
   * @example "https://example.com/webhooks"
   */
  @IsString()
  @MaxLength(URL_TEXT_LENGTH_MAX)
  url: string;

  /**
   * 1 to 100 event types (`invoice.paid`), patterns (`invoice.*`: whole words, at the end) or `*` for all.
   * @example ["invoice.paid", "customer.*"]
   */
  @AreEventTypePatterns()
  eventTypes: string[];

  /**
   * Your own signing secret: `whsec_` and the base64 of 24 to 64 bytes, or for ed25519 `whsk_` and the base64 of the
   * seed (32 bytes) or key pair (64). One is made when left out.
   * @example "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
   */
  @Omittable()
  @IsString()
  @MaxLength(200)
  secret?: string;
}

/** What is left out stays as it is. */
export class UpdateEndpoint extends EndpointSettings {
  /** @example "https://example.com/webhooks" */
  @Omittable()
  @IsString()
  @MaxLength(URL_TEXT_LENGTH_MAX)
  url?: string;

  /** @example ["invoice.paid", "customer.*"] */
  @Omittable()
  @AreEventTypePatterns()
  eventTypes?: string[];
}

/** Decided by the field that only one of the two has; anything that is no object is left for the rules to refuse. */
function retryClass(body: { retry?: unknown }): typeof ExponentialRetry | typeof ScheduledRetry {
  const { retry } = body;
  const isScheduled = typeof retry === 'object' && retry !== null && 'scheduleSeconds' in retry;
  return isScheduled ? ScheduledRetry : ExponentialRetry;
}

/** Why an endpoint is being spared: after repeated failure it gets one probe at a time, until one succeeds. */
export class CircuitAnswer {
  /** `closed`: it is called as ever; `open`: not before `nextProbeAt`; `half_open`: a probe is under way. */
  @ApiProperty({ enum: ['closed', 'open', 'half_open'], example: 'closed' })
  state: Circuit;
  /** When it last changed; null: never. */
  since: Date | null;
  /**
   * Why it is not closed.
   * @example null
   */
  reason: string | null;
  /** When the next probe is due, while it is open. */
  nextProbeAt: Date | null;
  /** @example 0 */
  consecutiveFailures: number;
}

@ApiExtraModels(ExponentialRetry, ScheduledRetry)
export class EndpointAnswer {
  /** @example "ep_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  id: string;
  /** @example "ten_019ab1c2d3e47f508192a3b4c5d6e7f8" */
  tenantId: string;
  /** @example "https://example.com/webhooks" */
  url: string;
  /** @example "Books invoices into the ERP" */
  description: string;
  /** @example ["invoice.paid", "customer.*"] */
  eventTypes: string[];
  /** @example null */
  filter: JsonObject | null;
  /** @example { "x-api-key": "•••" } */
  headers: Record<string, string>;
  @ApiProperty({ enum: bodyFormats, example: 'standard' })
  bodyFormat: BodyFormat;
  @ApiProperty({ enum: payloads, example: 'full' })
  payload: Payload;
  @ApiProperty({ enum: httpMethods, example: 'POST' })
  method: HttpMethod;
  @ApiProperty({ enum: signings, example: 'hmac' })
  signing: Signing;
  @ApiProperty({ enum: signatureProfiles, example: 'none' })
  signatureProfile: SignatureProfile;
  @ApiProperty({ enum: orderings, example: 'none' })
  ordering: Ordering;
  @ApiProperty({ enum: failurePolicies, example: 'skip' })
  onFailure: FailurePolicy;
  /** The schedule in force, whether it is the endpoint's own or the default. */
  @ApiProperty(retrySchema)
  retry: ExponentialRetry | ScheduledRetry;
  /**
   * In force; likewise maxInFlight.
   * @example 15000
   */
  timeoutMs: number;
  /** @example null */
  rateLimitPerSecond: number | null;
  /** @example 10 */
  maxInFlight: number;
  /** @example { "team": "billing" } */
  metadata: Record<string, string>;
  /** @example false */
  disabled: boolean;
  /** `by_request`; `gone`: it answered 410; `failing`: it only failed for days. */
  @ApiProperty({ enum: ['by_request', 'gone', 'failing', null], nullable: true, type: String, example: null })
  disabledReason: DisabledReason | null;
  disabledAt: Date | null;
  /** `active`; `paused`: its circuit is not closed, or it asked for a pause (Retry-After); `disabled`. */
  @ApiProperty({ enum: ['active', 'paused', 'disabled'], example: 'active' })
  status: 'active' | 'paused' | 'disabled';
  circuit: CircuitAnswer;
  createdAt: Date;
  updatedAt: Date;
}

export class NewEndpointAnswer extends EndpointAnswer {
  /**
   * What signs its deliveries. Not shown again in other answers; `GET …/secret` does.
   * @example "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
   */
  secret: string;
  /** Of an ed25519 endpoint: what receivers verify with. */
  publicKey: string | null;
}

export class EndpointPage extends PageEnd {
  data: EndpointAnswer[];
}
