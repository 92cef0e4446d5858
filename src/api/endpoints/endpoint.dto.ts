import { ApiExtraModels, ApiPropertyOptional } from '@nestjs/swagger';
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
  MinLength,
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
  type FailurePolicy,
  type HttpMethod,
  type Ordering,
  type Payload,
  type SignatureProfile,
  type Signing,
} from '../../model/endpoint.js';
import type { JsonObject } from '../../model/json.js';
import { AreEventTypePatterns, AreStrings, IsFilter, IsMetadata, Omittable } from '../fields.js';
import { TRANSFORMATION_LENGTH_MAX } from '../transformations/transformation.dto.js';
import { IsAuth, type AuthDto } from './auth.dto.js';
import { ExponentialRetry, retrySchema, ScheduledRetry } from './retry.dto.js';
import { IsTls, type EndpointTls } from './tls.dto.js';

const DESCRIPTION_LENGTH_MAX = 2_000;
/** Longer than any URL that may be stored; src/egress/url-policy.ts judges the rest. */
const URL_TEXT_LENGTH_MAX = 8_192;

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
   * as it is, and headers that it does not name are taken away. A change of `url` to another server (scheme, host or
   * port) keeps no value: give them anew, or leave them out; likewise what is secret in `auth`.
   * @example { "x-api-key": "1f2e3d" }
   */
  @IsOptional()
  @AreStrings()
  headers?: Record<string, string> | null;

  /**
   * How Posthorn authenticates itself, beside the signature; null: not at all. What is secret in it is never shown again.
   * Not together with a custom header `authorization`.
   */
  @IsAuth()
  auth?: AuthDto | null;

  /** A client certificate for servers that demand one, and a private CA; null: neither. Only with an https URL. */
  @IsTls()
  tls?: EndpointTls | null;

  /**
   * JSONata that makes the body from `{id, type, timestamp, data, tags}`; null: the body follows `bodyFormat`. Not together
   * with `bodyFormat: "cloudevents"` or `payload: "thin"`.
   * @example "{ \"text\": \"Invoice over \" & data.amount }"
   */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(TRANSFORMATION_LENGTH_MAX)
  transformation?: string | null;

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
