import { ApiExtraModels, ApiProperty } from '@nestjs/swagger';
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
import { PageEnd } from '../page.dto.js';
import { ShownAuth, type AuthDto } from './auth.dto.js';
import { ExponentialRetry, retrySchema, ScheduledRetry } from './retry.dto.js';
import { ShownTls, type EndpointTls } from './tls.dto.js';

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
  /**
   * When it first failed after it last succeeded; null while it does not fail.
   * @example null
   */
  failingSince: Date | null;
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
  /** With `•••` for what is secret in it. */
  @ShownAuth()
  auth: AuthDto | null;
  /** With `•••` for the key. */
  @ShownTls()
  tls: EndpointTls | null;
  /** @example null */
  transformation: string | null;
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
