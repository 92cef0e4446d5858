/** An event: one thing that happened, for one tenant. */
import type { RateLimit } from './rate-limit.js';

/** `invoice.paid`, `user_account.email-changed.v2`: words of letters, digits, `_` and `-`, joined by dots. */
export const EVENT_TYPE_PATTERN = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
export const EVENT_TYPE_LENGTH_MAX = 128;

/** What a product app asks for when it emits. `data` is the JSON text itself, byte for byte as it came. */
export interface EmitRequest {
  /** A tenant's public id (`ten_…`) or its externalId. */
  tenant: string;
  type: string;
  data: string;
  /** The emitter's own id of the event; unique per tenant for the retention time. */
  externalId?: string;
  idempotencyKey?: string;
  occurredAt?: Date;
  tags?: string[];
  /** Not before; at once when absent. */
  deliverAt?: Date;
  /** Not worth sending after this. */
  expiresAt?: Date;
  /** How many webhooks in a row led to this emit. */
  hops?: number;
  traceparent?: string;
  /** Absent for whatever comes from outside. */
  origin?: Origin;
}

/** An event of Posthorn's own making. No rule of the tenant's catalog holds for it. */
export type Origin =
  /** For this endpoint, whatever it asked for. */
  | { kind: 'test'; endpointId: string }
  /** About this endpoint, hence for the others. */
  | { kind: 'operational'; about: string };

/** What the emitter is told. All of it is committed. */
export interface AcceptedEvent {
  eventId: string;
  tenantId: string;
  type: string;
  externalId: string | null;
  occurredAt: Date;
  createdAt: Date;
  /** How many endpoints the event is owed to; 0 when none wanted it. */
  deliveryCount: number;
  /** Where its data departs from the catalog's schema, for types that say so without refusing it. */
  warnings?: { path: string; message: string }[];
  /** True when this answers a repetition of an earlier, identical request. */
  replayed: boolean;
  /** Where the tenant stands with its limit, when it has one. */
  rateLimit?: RateLimit;
}
