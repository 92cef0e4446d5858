/**
 * `fetch` that does not give up at once. Repeated are
 * - 429, which Posthorn answers before it has done anything,
 * - 503 and a connection that failed or timed out, but only where the request does no harm when it is carried out twice:
 *   reading, changing, deleting, and whatever carries an `Idempotency-Key`. A POST without one may have been carried out
 *   already: the database may have gone away just behind its commit.
 * No try begins earlier than `Retry-After` says.
 *
 * Waits grow and are drawn at random, so that many clients do not come back at the same moment. An answer that asks for a
 * longer wait than `waitMsMax` is handed to the caller, who knows better what to do with its time.
 */
import { ConnectionError } from './errors.js';

export interface RetryOptions {
  /** Requests in all: 1 is no retry. */
  triesMax: number;
  /** The first wait, before chance; doubled from then on. */
  baseMs: number;
  /** The longest wait, by our own growth or by `Retry-After`. */
  waitMsMax: number;
  /** For each try. */
  timeoutMs: number;
  fetch: (request: Request) => Promise<Response>;
  sleep: (ms: number) => Promise<void>;
  /** Between 0 and 1. */
  random: () => number;
}

const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']);

export function retryingFetch(options: RetryOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    for (let tries = 1; ; tries++) {
      const isLast = tries >= options.triesMax;
      const result = await tryOnce(request, options);
      if (result instanceof Response) {
        const askedMs = retryAfterMs(result);
        if (isLast || !asksAgain(result, request) || (askedMs ?? 0) > options.waitMsMax) return result;
        await result.body?.cancel();
        await options.sleep(Math.max(askedMs ?? 0, backoffMs(tries, options)));
      } else {
        if (isLast || !mayRepeat(request)) throw result;
        await options.sleep(backoffMs(tries, options));
      }
    }
  };
}

async function tryOnce(
  request: Request,
  { fetch, timeoutMs }: RetryOptions,
): Promise<Response | ConnectionError> {
  try {
    // A body can be read once: each try gets a copy of the request.
    return await fetch(new Request(request.clone(), { signal: AbortSignal.timeout(timeoutMs) }));
  } catch (error) {
    const { origin } = new URL(request.url);
    return new ConnectionError(`No answer from ${origin}: ${reasonOf(error as Error)}`, { cause: error });
  }
}

function asksAgain({ status }: Response, request: Request): boolean {
  return status === 429 || (status === 503 && mayRepeat(request));
}

function mayRepeat(request: Request): boolean {
  return REPEATABLE.has(request.method) || request.headers.has('idempotency-key');
}

/** Between half of the wait and all of it. */
function backoffMs(tries: number, { baseMs, waitMsMax, random }: RetryOptions): number {
  return Math.min(baseMs * 2 ** (tries - 1), waitMsMax) * (0.5 + random() / 2);
}

/** In seconds, or as a date; undefined: it does not say, or nonsense. */
export function retryAfterMs(response: Response, nowMs = Date.now()): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** `fetch failed` tells nothing; what it was caused by does. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}
