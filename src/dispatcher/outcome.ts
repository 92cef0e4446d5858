/**
 * What an attempt came to. A receiver's 500 is data, not an exception: every answer and every failure of the network
 * becomes one of these, with a stable error code, and nothing above looks at status codes again.
 */
import type { SendResult } from '../egress/egress.js';
import {
  blamesEndpoint,
  type AttemptErrorCode,
  type EgressErrorCode,
  type PreparationErrorCode,
} from '../model/error-code.js';

/** No request was made, or none that counts: what it needed could not be had. In the shape of egress's own failures. */
export type Unsent = Omit<Extract<SendResult, { kind: 'error' }>, 'code'> & {
  code: PreparationErrorCode | EgressErrorCode;
};

export type AttemptResult = SendResult | Unsent;

export function unsent(code: Unsent['code'], message: string): Unsent {
  return { kind: 'error', code, message, timings: { totalMs: 0 }, remoteAddress: null };
}

export type Outcome =
  | { kind: 'success' }
  /** The endpoint failed; it counts. `retryAfterMs`: it asked for a pause, for all of its deliveries. */
  | { kind: 'failure'; code: AttemptErrorCode; message: string; retryAfterMs?: number }
  /** 410: the endpoint says it is gone for good. */
  | { kind: 'gone'; code: AttemptErrorCode; message: string }
  /** Not the endpoint's fault: our proxy, or our own stopping. It costs the delivery nothing. */
  | { kind: 'ours'; code: AttemptErrorCode; message: string };

/** RFC 9110 lets Retry-After say anything; nobody is believed for more than a day. */
const RETRY_AFTER_MS_MAX = 24 * 3_600_000;

export function toOutcome(result: AttemptResult, nowMs: number): Outcome {
  if (result.kind === 'error') {
    const { code, message } = result;
    return { kind: blamesEndpoint(code) ? 'failure' : 'ours', code, message };
  }
  const { statusCode } = result;
  const message = `HTTP ${statusCode}`;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'success' };
  if (statusCode < 400) return { kind: 'failure', code: 'redirect_not_followed', message };
  if (statusCode === 410) return { kind: 'gone', code: 'gone', message };
  const code =
    statusCode === 429 ? 'rate_limited' : statusCode < 500 ? 'http_client_error' : 'http_server_error';
  const retryAfterMs =
    statusCode === 429 || statusCode === 503
      ? parseRetryAfter(single(result.headers['retry-after']), nowMs)
      : undefined;
  return { kind: 'failure', code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/**
 * Seconds or an HTTP date, in milliseconds from now, at most 24 h; `undefined` for nonsense and for the past.
 * @see RFC 9110, section 10.2.3
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const waitMs = /^\d{1,15}$/.test(text) ? Number(text) * 1000 : httpDateMs(text) - nowMs;
  if (!(waitMs > 0)) return undefined;
  return Math.min(waitMs, RETRY_AFTER_MS_MAX);
}

/** `Date.parse` takes far more than HTTP dates ("-1" is a year to it): only what names a day of the week is one. */
function httpDateMs(text: string): number {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
