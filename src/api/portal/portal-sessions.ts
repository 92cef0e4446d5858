/**
 * Customers in the portal. The product that runs Posthorn asks for a link and hands it to its customer; the link carries
 * a token for one tenant, for a while. The token rides in the URL's fragment, which browsers send to no server, so it
 * is in nobody's access log.
 *
 * A link cannot be taken back by itself before it expires: keep expiries short. It is the key's that made it, though, and
 * ends with it: who revokes a leaked key shuts the doors that were opened with it, too.
 */
import { randomUUID } from 'node:crypto';
import { fromPublicId, toPublicId } from '../../model/id.js';
import type { Clock } from '../../store/clock.js';
import type { Queryable } from '../../store/database.js';
import type { KeyRole } from '../../model/api-key.js';
import { findLiveKeyById, findLiveTenant, type LiveTenant } from '../../store/live-sessions.js';
import { BriefMemory } from '../brief-memory.js';
import type { PortalPrincipal } from '../principal.js';
import { SessionTokens, type VerifiedToken } from '../session-tokens.js';

export const portalRights = ['read', 'manage'] as const;
export type PortalRights = (typeof portalRights)[number];

interface OpenedBy {
  /** The UUID. */
  keyId: string;
  role: KeyRole;
}

export interface PortalSessionView {
  tenant: LiveTenant;
  rights: PortalRights;
  /** The key that made the link. */
  openedBy: OpenedBy;
  expiresAt: Date;
}

const TRUSTED_MS = 1_000;
const TENANTS_REMEMBERED_MAX = 1_000;
const KEYS_REMEMBERED_MAX = 1_000;

export class PortalSessions {
  private readonly tenants = new BriefMemory<LiveTenant | undefined>(TRUSTED_MS, TENANTS_REMEMBERED_MAX);
  private readonly keys = new BriefMemory<KeyRole | undefined>(TRUSTED_MS, KEYS_REMEMBERED_MAX);

  constructor(
    private readonly tokens: SessionTokens,
    private readonly database: Queryable,
    private readonly clock: Clock,
  ) {}

  /** @param tenantId the UUID @param link.keyId the UUID of the key that makes it */
  async begin(
    tenantId: string,
    { rights, keyId }: { rights: PortalRights; keyId: string },
    expiresInSeconds: number,
  ): Promise<{ token: string; expiresAt: Date }> {
    const expiresAt = new Date(Math.floor(this.clock.nowMs() / 1_000 + expiresInSeconds) * 1_000);
    const token = await this.tokens.sign('portal', {
      subject: toPublicId('ten', tenantId),
      id: randomUUID(),
      claims: { rights, by: toPublicId('key', keyId) },
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
    const { tenant, rights, openedBy } = view;
    return {
      kind: 'portal',
      tenantId: tenant.id,
      tenantExternalId: tenant.externalId,
      rights,
      ...(openedBy.role === 'support' && { openedBySupport: openedBy.keyId }),
    };
  }

  async view(token: string): Promise<PortalSessionView | undefined> {
    const verified = await this.tokens.verify('portal', token);
    const tenantId = verified && fromPublicId('ten', verified.subject);
    if (tenantId === undefined) return undefined;
    const tenant = await this.tenants.recall(tenantId, () => findLiveTenant(this.database, tenantId));
    if (tenant === undefined) return undefined;
    const openedBy = await this.openedBy(verified!);
    if (openedBy === undefined) return undefined;
    return { tenant, rights: rightsOf(verified!), openedBy, expiresAt: verified!.expiresAt };
  }

  /** Undefined: the key is revoked or expired, and its links with it. */
  private async openedBy({ by }: VerifiedToken): Promise<OpenedBy | undefined> {
    const keyId = typeof by === 'string' ? fromPublicId('key', by) : undefined;
    if (keyId === undefined) return undefined;
    const role = await this.keys.recall(
      keyId,
      async () => (await findLiveKeyById(this.database, keyId))?.role,
    );
    return role && { keyId, role };
  }
}

/** Anything but our own word for more is less. */
function rightsOf(token: VerifiedToken): PortalRights {
  return token.rights === 'manage' ? 'manage' : 'read';
}
