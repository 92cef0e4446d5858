/**
 * Customers in the portal. The product that runs Posthorn asks for a link and hands it to its customer; the link carries
 * a token for one tenant, for a while. The token rides in the URL's fragment, which browsers send to no server, so it
 * is in nobody's access log.
 *
 * A link cannot be taken back before it expires, except by deleting the tenant: keep expiries short.
 */
import { randomUUID } from 'node:crypto';
import { fromPublicId, toPublicId } from '../../model/id.js';
import type { Clock } from '../../store/clock.js';
import type { Queryable } from '../../store/database.js';
import { findLiveTenant, type LiveTenant } from '../../store/live-sessions.js';
import { BriefMemory } from '../brief-memory.js';
import type { PortalPrincipal } from '../principal.js';
import { SessionTokens, type VerifiedToken } from '../session-tokens.js';

export const portalRights = ['read', 'manage'] as const;
export type PortalRights = (typeof portalRights)[number];

export interface PortalSessionView {
  tenant: LiveTenant;
  rights: PortalRights;
  expiresAt: Date;
}

const TRUSTED_MS = 1_000;
const TENANTS_REMEMBERED_MAX = 1_000;

export class PortalSessions {
  private readonly tenants = new BriefMemory<LiveTenant | undefined>(TRUSTED_MS, TENANTS_REMEMBERED_MAX);

  constructor(
    private readonly tokens: SessionTokens,
    private readonly database: Queryable,
    private readonly clock: Clock,
  ) {}

  /** @param tenantId the UUID */
  async begin(
    tenantId: string,
    rights: PortalRights,
    expiresInSeconds: number,
  ): Promise<{ token: string; expiresAt: Date }> {
    const expiresAt = new Date(Math.floor(this.clock.nowMs() / 1_000 + expiresInSeconds) * 1_000);
    const token = await this.tokens.sign('portal', {
      subject: toPublicId('ten', tenantId),
      id: randomUUID(),
      claims: { rights },
      expiresAt,
    });
    return { token, expiresAt };
  }

  /** No API key looks like this: a JWT begins with the base64 of `{"`. */
  static mayBeToken(token: string): boolean {
    return token.startsWith('eyJ');
  }

  async principalOf(token: string): Promise<PortalPrincipal | undefined> {
    const view = await this.view(token);
    if (view === undefined) return undefined;
    const { tenant, rights } = view;
    return { kind: 'portal', tenantId: tenant.id, tenantExternalId: tenant.externalId, rights };
  }

  async view(token: string): Promise<PortalSessionView | undefined> {
    const verified = await this.tokens.verify('portal', token);
    const tenantId = verified && fromPublicId('ten', verified.subject);
    if (tenantId === undefined) return undefined;
    const tenant = await this.tenants.recall(tenantId, () => findLiveTenant(this.database, tenantId));
    if (tenant === undefined) return undefined;
    return { tenant, rights: rightsOf(verified!), expiresAt: verified!.expiresAt };
  }
}

/** Anything but our own word for more is less. */
function rightsOf(token: VerifiedToken): PortalRights {
  return token.rights === 'manage' ? 'manage' : 'read';
}
