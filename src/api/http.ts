/**
 * HTTP itself: what a request may be before any controller sees it, and what every answer carries. All of the bounds
 * on size, time and number stand here; slow or endless requests are Node's to end (requestTimeout).
 */
import { randomBytes } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter, RouteConfig, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../config.js';
import { PosthornError } from '../errors.js';
import { installConsole, type PortalSettings } from './console/serve-console.js';
import { installDocs } from './docs/docs.js';
import { parseJsonBody } from './json-body.js';
import { KnownRoutes } from './known-routes.js';
import { answerProblem, ProblemFilter } from './problem.filter.js';
import { problemOf, PROBLEM_CONTENT_TYPE } from './problem.js';
import type { ApiRequest } from './request.js';
import { securityHeaders } from './security-headers.js';
import { StrictValidationPipe } from './validation.js';

/** Longer than an externalId of 256 characters, each percent-encoded as three bytes. */
const PATH_PARAMETER_LENGTH_MAX = 3 * 3 * 256;
/** Longer than the idle time of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 72_000;
/** How often a server that is closing looks for connections that have had their last answer. */
const IDLE_SWEEP_MS = 50;
/** What is not answered by then is cut off: emits that were committed are safe to repeat. */
const CLOSE_MS_MAX = 5_000;
/** A connection that sends nothing while a request is expected of it. */
const HEADERS_TIMEOUT_MS = 10_000;

/**
 * Somebody who asks for megabytes and reads none of them keeps us holding them. Longer than any answer takes that is waited
 * for: a listener's poll.
 */
const QUIET_MS_MAX = 120_000;

/** Node looks for requests past their time this often; its own default would let them live half a minute longer. */
const TIMEOUT_CHECK_MS = 2_000;

/** Lets a route take bodies of `factor` times BODY_BYTES_MAX. */
export const BodyLimitFactor = (factor: number) => RouteConfig({ bodyLimitFactor: factor });

type HttpSettings = Pick<
  Settings,
  'bodyBytesMax' | 'requestTimeoutMs' | 'connectionsMax' | 'role' | 'trustedProxies'
>;

/** Fastify as Nest drives it; bodies are parsed by us alone. */
class PosthornHttpAdapter extends FastifyAdapter {
  override registerParserMiddleware(): void {}
}

/** @param quietMsMax how long nothing may move on a connection whose request is being worked on or answered */
export function createHttpAdapter(settings: HttpSettings, quietMsMax = QUIET_MS_MAX): FastifyAdapter {
  const adapter = new PosthornHttpAdapter({
    bodyLimit: settings.bodyBytesMax,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, settings.requestTimeoutMs),
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    // Idle connections are closed when the process stops; those with a request get their answer first.
    forceCloseConnections: 'idle',
    connectionTimeout: Math.max(quietMsMax, settings.requestTimeoutMs),
    // Believed of those proxies only that the operator names: anybody else would forge it.
    trustProxy: settings.trustedProxies ?? false,
    requestIdHeader: false,
    genReqId: requestIds(),
    logger: false,
    routerOptions: { maxParamLength: PATH_PARAMETER_LENGTH_MAX, ignoreTrailingSlash: false },
    frameworkErrors: (error: Error, request: unknown, reply: unknown) =>
      answerProblem(error, request as ApiRequest, reply as FastifyReply),
    clientErrorHandler: answerBrokenRequest,
  });
  const server = adapter.getInstance().server;
  server.maxConnections = settings.connectionsMax;
  return adapter;
}

/** Before `app.init()`. */
export function configureApi(app: NestFastifyApplication, settings: HttpSettings & PortalSettings): void {
  const instance = app.getHttpAdapter().getInstance();
  const routes = new KnownRoutes();
  routes.watch(instance);

  instance.decorateRequest('rawBody', null);
  instance.decorateRequest('rawText', null);
  instance.decorateRequest('principal', null);
  instance.addHook('onRoute', (route) => {
    const { bodyLimitFactor } = (route.config ?? {}) as { bodyLimitFactor?: number };
    if (bodyLimitFactor !== undefined) route.bodyLimit = settings.bodyBytesMax * bodyLimitFactor;
  });
  const headers = securityHeaders();
  instance.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    // Decodes to a character that PostgreSQL has no text for.
    done(request.url.includes('%00') ? new PosthornError('bad_request', 'The URL contains %00.') : undefined);
  });
  instance.addHook('preClose', (done) => {
    letGoOfConnections(instance.server);
    done();
  });
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, parseBody);

  app.useGlobalFilters(new ProblemFilter(routes));
  app.useGlobalPipes(new StrictValidationPipe());
  if (settings.role === 'dispatcher') return; // which answers health and metrics, and nothing else
  installDocs(app);
  installConsole(app, settings);
}

function parseBody(
  request: FastifyRequest,
  bytes: Buffer,
  done: (error: Error | null, body?: unknown) => void,
): void {
  try {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new PosthornError('unsupported_media_type', 'Send the body without content-encoding.');
    }
    if (bytes.length === 0) return done(null, undefined);
    const { text, value } = parseJsonBody(bytes);
    const received = request as ApiRequest;
    received.rawBody = bytes;
    received.rawText = text;
    done(null, value);
  } catch (error) {
    done(error as Error);
  }
}

/**
 * Node ends the connections that are idle when a server closes, and forgets the others: those whose answer is still on its
 * way are then kept alive, and half a request is waited for without an end (no timeout is looked at any more).
 */
function letGoOfConnections(server: Server): void {
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const end = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX);
  server.once('close', () => {
    clearInterval(sweep);
    clearTimeout(end);
  });
}

/** Unique among processes and restarts by its first half, among requests by its second. */
function requestIds(): () => string {
  const process = randomBytes(5).toString('hex');
  let count = 0;
  return () => `${process}-${(++count).toString(36)}`;
}

/**
 * What never became a request: broken HTTP, or one that took too long to arrive. On a connection that was opened ahead
 * of time and never used, nobody waits for an answer: its client would take a 408 for that of the next request.
 */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesRead === 0) {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new PosthornError('request_timeout')
      : new PosthornError('bad_request', 'This is not HTTP/1.1 as we know it.');
  const requestId = randomBytes(8).toString('hex');
  const body = JSON.stringify(problemOf(refusal, requestId));
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
