/** Every request passes here: who is it, and may they call this route? Runs for each emit, so it allocates little. */
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PosthornError } from '../errors.js';
import { bearerTokenOf } from './bearer-token.js';
import { ConsoleSessions } from './console/console-sessions.js';
import { KeyRing } from './key-ring.js';
import { PortalSessions } from './portal/portal-sessions.js';
import type { Principal } from './principal.js';
import { CallerLimits } from './rate-limits.js';
import { requestOf, type ApiRequest } from './request.js';
import { accessRuleOf, satisfies, type AccessRule } from './roles.js';

@Injectable()
export class AuthGuard implements CanActivate {
  /** Metadata look-ups are slow, and there are as many handlers as routes. */
  private readonly rules = new Map<object, AccessRule | undefined>();

  constructor(
    private readonly keyRing: KeyRing,
    private readonly consoleSessions: ConsoleSessions,
    private readonly portalSessions: PortalSessions,
    private readonly limits: CallerLimits,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = this.ruleOf(context.getHandler());
    if (rule === 'public') return true;
    if (rule === undefined) throw new PosthornError('forbidden');
    const request = requestOf(context);
    const principal = this.principalOf(request);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (principal instanceof Promise)
      return principal.then((known) => this.admit(request, reply, known, rule));
    return this.admit(request, reply, principal, rule);
  }

  private admit(
    request: ApiRequest,
    reply: FastifyReply,
    principal: Principal | undefined,
    rule: Exclude<AccessRule, 'public'>,
  ): boolean | Promise<boolean> {
    if (principal === undefined) throw new PosthornError('unauthorized');
    if (!satisfies(principal, rule)) throw new PosthornError('forbidden');
    request.principal = principal;
    return this.limits.charge(principal, reply)?.then(() => true) ?? true;
  }

  /** An API key or a portal's token in the header, or else the console's cookie. */
  private principalOf(request: ApiRequest): Principal | undefined | Promise<Principal | undefined> {
    const token = bearerTokenOf(request);
    if (token === undefined) return this.consoleSessions.principalOf(request);
    if (PortalSessions.mayBeToken(token)) return this.portalSessions.principalOf(token);
    return this.keyRing.principalOf(token);
  }

  private ruleOf(handler: object): AccessRule | undefined {
    if (!this.rules.has(handler)) this.rules.set(handler, accessRuleOf(handler));
    return this.rules.get(handler);
  }
}
