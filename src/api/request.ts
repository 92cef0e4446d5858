/** A request as our hooks leave it for controllers, and the decorators that hand its parts over. */
import { isIP } from 'node:net';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { toPublicId } from '../model/id.js';
import type { AuditSource } from '../store/audit.js';
import { reachableTenant, type Principal } from './principal.js';

export interface ApiRequest extends FastifyRequest {
  /** The body as it came, and the same as text (it is valid UTF-8); null when there is none. */
  rawBody: Buffer | null;
  rawText: string | null;
  /** Set by the guard on every route that is not public. */
  principal: Principal | null;
}

export function requestOf(context: ExecutionContext): ApiRequest {
  return context.switchToHttp().getRequest<ApiRequest>();
}

export function principalOf(request: ApiRequest): Principal {
  if (request.principal === null) throw new Error('a public route asks for its caller');
  return request.principal;
}

/** Who calls. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  principalOf(requestOf(context)),
);

/** Of the caller, as far as our proxies can be believed; a proxy that passes on what is no address is not. */
export function remoteAddressOf(request: FastifyRequest): string {
  return isIP(request.ip) === 0 ? (request.socket.remoteAddress ?? '') : request.ip;
}

/** `:tenant` of the path, once it is certain that the caller may reach it. */
export const TenantReference = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = requestOf(context);
  return reachableTenant(principalOf(request), (request.params as { tenant: string }).tenant);
});

/** What the audit log says about where a change came from. */
export const Source = createParamDecorator((_: unknown, context: ExecutionContext) =>
  sourceOf(requestOf(context)),
);

export function sourceOf(request: ApiRequest): AuditSource {
  return {
    actor: actorOf(principalOf(request)),
    remoteAddress: remoteAddressOf(request),
    requestId: request.id,
  };
}

function actorOf(principal: Principal): AuditSource['actor'] {
  switch (principal.kind) {
    case 'key':
      return { kind: 'key', id: toPublicId('key', principal.id), name: principal.name };
    case 'portal':
      return { kind: 'portal', id: toPublicId('ten', principal.tenantId), name: null };
  }
}
