/** Where every error of a request ends: as a problem for the caller and, if it is our fault, as a line for us. */
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PosthornError } from '../errors.js';
import { log } from '../telemetry/log.js';
import type { KnownRoutes } from './known-routes.js';
import { problemOf, PROBLEM_CONTENT_TYPE, refusalOf } from './problem.js';
import { announceRateLimit } from './rate-limits.js';
import type { ApiRequest } from './request.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly routes: KnownRoutes) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<ApiRequest>();
    const reply = http.getResponse<FastifyReply>();
    answerProblem(request.is404 ? this.unknownRoute(request, reply) : error, request, reply);
  }

  private unknownRoute(request: ApiRequest, reply: FastifyReply): PosthornError {
    const methods = this.routes.methodsAt(pathOf(request));
    if (methods.length === 0) return new PosthornError('not_found', 'There is no such route.');
    void reply.header('allow', methods.join(', '));
    return new PosthornError('method_not_allowed');
  }
}

export function answerProblem(error: unknown, request: ApiRequest, reply: FastifyReply): void {
  // Nobody is there to read an answer, and a broken connection of theirs must not pass for one of the database's.
  if (request.raw.readableAborted) return void reply.hijack().raw.destroy();
  const refusal = refusalOf(error);
  if (refusal.status >= 500) logFault(refusal.code, error, request);
  // A handler that had begun to answer cannot be overruled; the connection is all that is left to end.
  if (reply.sent) return;
  const { retryAfterSeconds, rateLimit } = refusal.options;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  if (rateLimit !== undefined) announceRateLimit(reply, rateLimit);
  if (refusal.code === 'unauthorized') void reply.header('www-authenticate', 'Bearer realm="posthorn"');
  void reply
    .status(refusal.status)
    .header('x-request-id', request.id)
    .type(PROBLEM_CONTENT_TYPE)
    .send(JSON.stringify(problemOf(refusal, request.id, pathOf(request))));
}

function pathOf(request: ApiRequest): string {
  return request.url.split('?', 1)[0]!;
}

/** The error object itself is not logged: database errors carry the statement's parameters, and those are payloads. */
function logFault(code: string, error: unknown, request: ApiRequest): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const line = {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions?.url,
    reason: message,
  };
  // The database being away has its own alarm; a line each request would bury it.
  if (code === 'unavailable') log.warn(line, 'request.unavailable');
  else log.error({ ...line, stack }, 'request.failed');
}
