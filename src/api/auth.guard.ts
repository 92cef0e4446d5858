/** Every request passes here: who is it, and may they call this route? Runs for each emit, so it allocates little. */
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { PosthornError } from '../errors.js';
import { KeyRing } from './key-ring.js';
import type { Principal } from './principal.js';
import { requestOf, type ApiRequest } from './request.js';
import { accessRuleOf, satisfies, type AccessRule } from './roles.js';

const SCHEME = /^bearer +/i;

@Injectable()
export class AuthGuard implements CanActivate {
  /** Metadata look-ups are slow, and there are as many handlers as routes. */
  private readonly rules = new Map<object, AccessRule | undefined>();

  constructor(private readonly keyRing: KeyRing) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = this.ruleOf(context.getHandler());
    if (rule === 'public') return true;
    if (rule === undefined) throw new PosthornError('forbidden');
    const request = requestOf(context);
    const principal = this.keyRing.principalOf(tokenOf(request));
    if (principal instanceof Promise) return principal.then((known) => admit(request, known, rule));
    return admit(request, principal, rule);
  }

  private ruleOf(handler: object): AccessRule | undefined {
    if (!this.rules.has(handler)) this.rules.set(handler, accessRuleOf(handler));
    return this.rules.get(handler);
  }
}

function tokenOf(request: ApiRequest): string {
  const header = request.headers.authorization;
  if (header === undefined) throw new PosthornError('unauthorized');
  // Almost everybody writes it like this.
  if (header.startsWith('Bearer ')) return header.slice(7).trim();
  if (!SCHEME.test(header)) throw new PosthornError('unauthorized');
  return header.replace(SCHEME, '').trim();
}

function admit(
  request: ApiRequest,
  principal: Principal | undefined,
  rule: Exclude<AccessRule, 'public'>,
): boolean {
  if (principal === undefined) throw new PosthornError('unauthorized');
  if (!satisfies(principal, rule)) throw new PosthornError('forbidden');
  request.principal = principal;
  return true;
}
