/**
 * One line a request, when it is over: who asked for what, by ids, and how it ended. Never its URL, which may hold a search
 * in payloads, nor any body.
 *
 * Emits that succeed, health checks and scrapes come by the thousand and tell nothing; they are logged at debug.
 */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { toPublicId } from '../model/id.js';
import type { Principal } from './principal.js';
import type { ApiRequest } from './request.js';

const QUIET_ROUTE = /\/events(\/batch)?$|^\/(healthz|readyz|metrics|docs|console|portal)\b/;

/** Before `app.init()`. */
export function logRequests(app: NestFastifyApplication, log: Logger): void {
  const instance = app.getHttpAdapter().getInstance();
  instance.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const quiet = reply.statusCode < 400 && QUIET_ROUTE.test(route);
    const level = quiet ? 'debug' : 'info';
    if (log.isLevelEnabled(level)) {
      const { tenant } = (request.params ?? {}) as { tenant?: string };
      log[level](
        {
          requestId: request.id,
          method: request.method,
          route,
          statusCode: reply.statusCode,
          durationMs: Math.round(reply.elapsedTime * 10) / 10,
          ...(tenant !== undefined && { tenant }),
          ...callerOf((request as ApiRequest).principal),
        },
        'request.completed',
      );
    }
    done();
  });
}

function callerOf(principal: Principal | null): Record<string, string> {
  switch (principal?.kind) {
    case undefined:
      return {};
    case 'key':
      return { keyId: toPublicId('key', principal.id) };
    case 'portal':
      return { portalTenantId: toPublicId('ten', principal.tenantId) };
  }
}
