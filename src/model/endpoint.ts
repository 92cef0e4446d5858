/** An endpoint: a URL with the event types and filters it wants, and how it wants to be called. */
import type { EndpointAuth } from './endpoint-auth.js';
import type { TlsIdentity } from './endpoint-tls.js';
import type { Filter } from './filter.js';
import type { RetrySchedule } from './retry-schedule.js';

export const bodyFormats = ['standard', 'raw', 'cloudevents'] as const;
export type BodyFormat = (typeof bodyFormats)[number];

/** `thin`: in place of the data, only where to fetch it: for receivers that want to be told, not to be sent things. */
export const payloads = ['full', 'thin'] as const;
export type Payload = (typeof payloads)[number];

export const httpMethods = ['POST', 'PUT'] as const;
export type HttpMethod = (typeof httpMethods)[number];

export const signings = ['hmac', 'ed25519'] as const;
export type Signing = (typeof signings)[number];

/** `strict`: one at a time, in the order of emit; what fails holds back the rest. */
export const orderings = ['none', 'strict'] as const;
export type Ordering = (typeof orderings)[number];

/** Of a strict order: a delivery that failed for good is passed over, or holds the rest until a person decides. */
export const failurePolicies = ['skip', 'hold'] as const;
export type FailurePolicy = (typeof failurePolicies)[number];

/** Whose signature headers are sent beside our own, so that receivers written for those go on working. */
export const signatureProfiles = ['none', 'svix', 'github', 'stripe'] as const;
export type SignatureProfile = (typeof signatureProfiles)[number];

export type DisabledReason = 'by_request' | 'gone' | 'failing';

export type Circuit = 'closed' | 'open' | 'half_open';

/** What emit needs to know of an endpoint: whom to match, and how long a delivery's lease must be. */
export interface Subscription {
  endpointId: string;
  eventTypes: string[];
  /** Null: it wants whatever is of these types. */
  filter: Filter | null;
  timeoutMs: number;
  /**
   * Its deliveries are let out by the scheduler alone (a rate limit, a strict order): emit never puts them straight into
   * the queue.
   */
  metered: boolean;
}

/** A secret that signs; an old one does so until it expires. */
export interface LiveSecret {
  /** `whsec_…`, or `whsk_…` for ed25519. */
  secret: string;
  expiresAtMs: number;
}

/** What the dispatcher needs to know of an endpoint, secrets opened. */
export interface EndpointTarget {
  endpointId: string;
  tenantId: string;
  /** Changes whenever the endpoint or its secrets do. */
  version: string;
  url: string;
  headers: Record<string, string>;
  auth: EndpointAuth | null;
  tls: TlsIdentity | null;
  /** JSONata that makes the body. */
  transformation: string | null;
  bodyFormat: BodyFormat;
  payload: Payload;
  method: HttpMethod;
  signing: Signing;
  signatureProfile: SignatureProfile;
  /** The current one first. */
  secrets: LiveSecret[];
  retry: RetrySchedule;
  timeoutMs: number;
  maxInFlight: number;
}

/** Wildcards stand for whole words at the end: `invoice.*` takes `invoice.paid` and `invoice.line.added`. */
export function matchesEventType(pattern: string, eventType: string): boolean {
  if (pattern === '*' || pattern === eventType) return true;
  return pattern.endsWith('.*') && eventType.startsWith(pattern.slice(0, -1));
}
