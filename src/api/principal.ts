/**
 * Who calls, and the one place where a caller's tenant is held against the tenant that it asks for. Whoever is bound
 * to a tenant gets the same 404 for another one as for one that does not exist.
 */
import { PosthornError } from '../errors.js';
import type { KeyRole } from '../model/api-key.js';
import { matchesEventType } from '../model/endpoint.js';
import { toPublicId } from '../model/id.js';

export interface KeyPrincipal {
  kind: 'key';
  /** The key's UUID. */
  id: string;
  name: string;
  role: KeyRole;
  /** The tenant that the key is bound to; absent: all of them. */
  tenantId?: string;
  /** That tenant's other name. */
  tenantExternalId?: string | null;
  /** The only event types (or patterns such as `invoice.*`) that the key may emit and take back; absent: all of them. */
  eventTypes?: string[];
  /** False bars the key from reading what events carry. */
  payloadAccess: boolean;
}

/** A customer in the portal, with a short-lived token. */
export interface PortalPrincipal {
  kind: 'portal';
  tenantId: string;
  tenantExternalId?: string | null;
  rights: 'read' | 'manage';
  /** The UUID of the support key that made the link: support itself may be behind it. */
  openedBySupport?: string;
}

export type Principal = KeyPrincipal | PortalPrincipal;

/**
 * The tenant that a request may work on, as a reference for look-ups: `asked` itself for those who may reach every
 * tenant, and for the others their own tenant's id, so that no renaming of tenants leads them anywhere else.
 * @throws PosthornError `tenant_not_found`
 */
export function reachableTenant(principal: Principal, asked: string): string {
  if (principal.tenantId === undefined) return asked;
  const own = toPublicId('ten', principal.tenantId);
  if (asked === own || asked === principal.tenantExternalId) return own;
  throw new PosthornError('tenant_not_found');
}

/** True unless the principal is bound to another tenant: for things that are found by their own id. */
export function mayReachTenant(principal: Principal, tenantId: string): boolean {
  return principal.tenantId === undefined || principal.tenantId === tenantId;
}

/** The only event types (or patterns) that the principal may have to do with; undefined: all. */
export function ownEventTypes(principal: Principal): string[] | undefined {
  return principal.kind === 'key' ? principal.eventTypes : undefined;
}

/** True unless the principal is bound to other event types: to emit one, and for things that are found by their own id. */
export function mayReachEventType(principal: Principal, type: string): boolean {
  const patterns = ownEventTypes(principal);
  return patterns === undefined || patterns.some((pattern) => matchesEventType(pattern, type));
}

/** Whether the principal may see what events carry and what receivers answer. Customers may: it is theirs. */
export function mayReadPayloads(principal: Principal): boolean {
  return principal.kind === 'portal' || principal.payloadAccess;
}
