/**
 * What a call to Posthorn can end in, besides an answer. Two kinds, because there are two things to do about it: a refusal
 * names its reason in `code`, and repeating it unchanged is of no use; a connection that failed says nothing of whether
 * the request was carried out, and may be repeated where that does no harm.
 *
 * Both are thrown only after the retries (retrying-fetch.ts) were of no avail.
 */
import type { components } from './schema.js';

export type Problem = components['schemas']['Problem'];

/** The codes of docs/errors.md. A newer Posthorn may know more; `unexpected_answer`: it was not Posthorn that answered. */
export type ErrorCode = Problem['code'] | 'unexpected_answer' | (string & {});

export abstract class PosthornError extends Error {}

/** Posthorn, or something before it, refused. */
export class RefusedError extends PosthornError {
  override readonly name = 'RefusedError';
  readonly status: number;
  /** For programs: never renamed. */
  readonly code: ErrorCode;
  /** With `validation_failed` and its like: every field that is wrong. */
  readonly errors: { path: string; message: string }[];
  /** Finds the request in Posthorn's log. */
  readonly requestId: string | undefined;
  /** How long to wait, where the answer said so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(response: Response, body: unknown, retryAfterMs: number | undefined) {
    const problem = isProblem(body) ? body : undefined;
    super(
      problem ? (problem.detail ?? problem.title) : `Answered ${response.status}, and not as Posthorn does.`,
    );
    this.status = response.status;
    this.code = problem?.code ?? 'unexpected_answer';
    this.errors = problem?.errors ?? [];
    this.requestId = problem?.requestId ?? response.headers.get('x-request-id') ?? undefined;
    this.retryAfterSeconds = retryAfterMs === undefined ? undefined : retryAfterMs / 1_000;
  }
}

/** No answer came: refused, reset, not resolved, or too slow. `cause` says which. */
export class ConnectionError extends PosthornError {
  override readonly name = 'ConnectionError';
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && typeof (body as Problem).code === 'string';
}
