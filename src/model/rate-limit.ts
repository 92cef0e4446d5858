/**
 * Limits on how often somebody may ask, and how callers are told of them: with the header fields of
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/11/ (`RateLimit-Policy`, `RateLimit`).
 *
 * All limits are per second, in fixed windows of one second. What that trades away: around the seam of two windows up to
 * twice the limit may pass within a second. Over any longer time the limit holds.
 */
export const RATE_WINDOW_SECONDS = 1;

/**
 * `tenant-emits`: events that are emitted for a tenant; `caller-requests`: requests of one key, or one tenant's portal;
 * `anonymous-requests`: requests of one address that shows no credentials.
 */
export type RatePolicy = 'tenant-emits' | 'caller-requests' | 'anonymous-requests';

/** Where somebody stands with a limit, once this request is counted. */
export interface RateLimit {
  policy: RatePolicy;
  limitPerSecond: number;
  /** True: this request was one too many. */
  exceeded: boolean;
  remaining: number;
  /** Whole, and at least 1: what the headers can say. */
  resetSeconds: number;
}

export interface RateLimiter {
  /** Counts one. Never rejects: a limiter that fails must not stop what it is there to protect. */
  take(policy: RatePolicy, subject: string, limitPerSecond: number): Promise<RateLimit>;
}

/** `"tenant-emits";q=100;w=1`: 100 in each window of 1 s. */
export function rateLimitPolicyField({ policy, limitPerSecond }: RateLimit): string {
  return `"${policy}";q=${limitPerSecond};w=${RATE_WINDOW_SECONDS}`;
}

/** `"tenant-emits";r=42;t=1`: 42 remain, for 1 s. */
export function rateLimitField({ policy, remaining, resetSeconds }: RateLimit): string {
  return `"${policy}";r=${remaining};t=${resetSeconds}`;
}
