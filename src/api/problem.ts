/** Errors as RFC 9457 tells them: one shape for every refusal, whoever refuses. */
import { errorTable, PosthornError, type ErrorCode, type FieldProblem } from '../errors.js';
import { isDatabaseUnavailable } from '../store/database.js';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

export interface Problem {
  /** Where the code is explained. */
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail?: string;
  instance?: string;
  requestId: string;
  errors?: FieldProblem[];
}

/** A form is repaired field by field; nobody reads past this many. */
const FIELD_PROBLEMS_MAX = 50;

export function problemOf(error: PosthornError, requestId: string, instance?: string): Problem {
  const { status, title } = errorTable[error.code];
  return {
    type: `/docs/errors#${error.code}`,
    title,
    status,
    code: error.code,
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(instance !== undefined && { instance }),
    requestId,
    ...(error.options.errors && { errors: error.options.errors.slice(0, FIELD_PROBLEMS_MAX) }),
  };
}

/** What Fastify and Nest refuse themselves is told by its status; their sentences are as good as ours would be. */
const codesByStatus: Record<number, ErrorCode> = {
  404: 'not_found',
  408: 'request_timeout',
  413: 'body_too_large',
  // A path parameter longer than any id or name of ours.
  414: 'not_found',
  415: 'unsupported_media_type',
};

/** What any error means to the caller. `internal` is for what nobody foresaw. */
export function refusalOf(error: unknown): PosthornError {
  if (error instanceof PosthornError) return error;
  if (isDatabaseUnavailable(driverError(error))) {
    return new PosthornError('unavailable', undefined, { retryAfterSeconds: 1, cause: error });
  }
  const { statusCode, status = statusCode } = (error ?? {}) as { statusCode?: number; status?: number };
  if (status === undefined || status < 400 || status >= 500) {
    return new PosthornError('internal', undefined, { cause: error });
  }
  const code = codesByStatus[status];
  if (code !== undefined) return new PosthornError(code, undefined, { cause: error });
  return new PosthornError('bad_request', (error as Error).message, { cause: error });
}

/** TypeORM wraps what the driver says. */
function driverError(error: unknown): unknown {
  return (error as { driverError?: unknown } | undefined)?.driverError ?? error;
}
