/**
 * Every error that a user can cause: a stable code, its status and what to do about it. The code is the contract;
 * titles may be reworded. docs/errors.md and openapi.yaml are written from this table.
 */
import type { RateLimit } from './model/rate-limit.js';

export const errorTable = {
  bad_request: { status: 400, title: 'The request cannot be understood.' },
  malformed_json: { status: 400, title: 'The body is not valid JSON (RFC 8259) in UTF-8.' },
  validation_failed: { status: 422, title: 'Some fields are not valid; see errors.' },
  json_too_deep: { status: 422, title: 'The JSON is nested more deeply than 100 levels.' },
  cursor_invalid: {
    status: 400,
    title: 'The cursor is not one that this list gave out; start again without it.',
  },
  unauthorized: { status: 401, title: 'No valid credentials; send Authorization: Bearer <key>.' },
  forbidden: { status: 403, title: 'These credentials may not do this.' },
  not_found: { status: 404, title: 'There is no such thing, or it is not yours.' },
  tenant_not_found: {
    status: 404,
    title: 'There is no such tenant; address it by its id or its externalId.',
  },
  endpoint_not_found: { status: 404, title: 'The tenant has no such endpoint.' },
  event_not_found: { status: 404, title: 'The tenant has no such event.' },
  event_type_not_found: { status: 404, title: 'The catalog has no such event type.' },
  delivery_not_found: { status: 404, title: 'There is no such delivery.' },
  replay_not_found: { status: 404, title: 'There is no such replay.' },
  broadcast_not_found: { status: 404, title: 'There is no such broadcast.' },
  listener_not_found: {
    status: 404,
    title: 'There is no such listener; one that does not poll for a minute ends. Open a new one.',
  },
  listener_request_not_found: {
    status: 404,
    title: 'Nobody waits for an answer to this request any more; it is sent again by its schedule.',
  },
  api_key_not_found: { status: 404, title: 'There is no such API key.' },
  method_not_allowed: { status: 405, title: 'The resource does not know this method.' },
  request_timeout: { status: 408, title: 'The request took too long to arrive.' },
  conflict: { status: 409, title: 'Something of this name exists already.' },
  idempotency_key_reused: {
    status: 409,
    title: 'This Idempotency-Key or event id was used with another body; use a new one for a new event.',
  },
  delivery_not_replayable: { status: 409, title: 'The delivery is pending already; it cannot be replayed.' },
  delivery_not_cancelable: {
    status: 409,
    title: 'Only a delivery that is pending, or has failed, can be canceled.',
  },
  endpoint_deleted: { status: 409, title: 'The endpoint was deleted; nothing can be sent to it any more.' },
  replay_not_running: { status: 409, title: 'Only a running replay can be canceled.' },
  broadcast_not_running: { status: 409, title: 'Only a running broadcast can be canceled.' },
  endpoint_disabled: {
    status: 409,
    title: 'The endpoint is disabled, and nothing is sent to it; enable it first.',
  },
  body_too_large: { status: 413, title: 'The body is larger than this installation accepts.' },
  unsupported_media_type: { status: 415, title: 'Send content-type: application/json.' },
  event_type_unknown: {
    status: 422,
    title: 'The tenant’s catalog is strict and does not have this event type.',
  },
  event_type_reserved: {
    status: 422,
    title: 'Events of this type are Posthorn’s own (docs/operational-events.md); choose another name.',
  },
  event_type_archived: { status: 422, title: 'This event type is archived; nothing of it can be emitted.' },
  event_data_invalid: {
    status: 422,
    title: 'The data does not fit the schema that the catalog has for this event type; see errors.',
  },
  loop_detected: {
    status: 422,
    title:
      'This event comes out of a chain of webhooks that is too long (posthorn-hops); probably it goes in circles.',
  },
  endpoint_url_refused: {
    status: 422,
    title: 'Deliveries may not be sent to this URL; the detail says why.',
  },
  endpoint_headers_refused: { status: 422, title: 'Some custom headers are not allowed; see errors.' },
  endpoint_tls_refused: {
    status: 422,
    title: 'The client certificate, its key or the CA cannot be used; the detail says why.',
  },
  filter_invalid: { status: 422, title: 'The filter cannot be used; see errors.' },
  transformation_invalid: {
    status: 422,
    title: 'The transformation cannot be used; the detail says why.',
  },
  endpoint_limit_reached: {
    status: 422,
    title: 'The tenant has as many endpoints as this installation allows (TENANT_ENDPOINTS_MAX).',
  },
  listener_limit_reached: { status: 422, title: 'The tenant has as many listeners as may be open at once.' },
  replay_too_wide: {
    status: 422,
    title:
      'There is too much to look through to know how much would be replayed; narrow the filter, for example by time.',
  },
  rate_limited: { status: 429, title: 'Too many requests; wait as long as Retry-After says.' },
  internal: { status: 500, title: 'A fault of ours; the request id finds it in the log.' },
  unavailable: {
    status: 503,
    title:
      'The database cannot be reached. Try again after Retry-After, an emit with the same key: it may have been stored.',
  },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof errorTable;

/** One thing that is wrong with one field; `path` is a JSON path such as `retry.baseSeconds`. */
export interface FieldProblem {
  path: string;
  message: string;
}

/** A refusal. Thrown anywhere below the API and turned into application/problem+json (RFC 9457) in one place. */
export class PosthornError extends Error {
  constructor(
    readonly code: ErrorCode,
    /** What is wrong with this very request, in a sentence; the table's title when absent. */
    readonly detail?: string,
    readonly options: {
      errors?: FieldProblem[];
      retryAfterSeconds?: number;
      rateLimit?: RateLimit;
      cause?: unknown;
    } = {},
  ) {
    super(detail ?? errorTable[code].title, { cause: options.cause });
    this.name = 'PosthornError';
  }

  get status(): number {
    return errorTable[this.code].status;
  }
}
