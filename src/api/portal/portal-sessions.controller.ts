/** Links to the customer portal, and what the portal needs to know of itself. */
import { Body, Controller, Get, Inject, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SETTINGS, type Settings } from '../../config.js';
import { PosthornError } from '../../errors.js';
import { toPublicId } from '../../model/id.js';
import { recordAudit, type AuditSource } from '../../store/audit.js';
import { DatabaseClock } from '../../store/clock.js';
import { Database } from '../../store/database.js';
import { TenantStore } from '../../store/tenants.js';
import { bearerTokenOf } from '../bearer-token.js';
import { TenantParameter } from '../parameters.js';
import { mayReadPayloads, type Principal } from '../principal.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Caller, Source, TenantReference, type ApiRequest } from '../request.js';
import { Roles } from '../roles.js';
import { CreatePortalSession, PortalSession, PortalSessionAnswer } from './portal-session.dto.js';
import { PortalSessions, type PortalRights } from './portal-sessions.js';

@ApiTags('Portal')
@Controller('v1')
export class PortalSessionsController {
  constructor(
    private readonly tenants: TenantStore,
    private readonly sessions: PortalSessions,
    private readonly database: Database,
    private readonly clock: DatabaseClock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post('tenants/:tenant/portal-sessions')
  @TenantParameter()
  @Roles('admin', 'support')
  @ApiOperation({ operationId: 'createPortalSession', summary: 'Make a link to a tenant’s portal' })
  @ApiCreatedResponse({ type: PortalSessionAnswer, description: 'The link.' })
  @Refuses(...bodyRefusals, 'tenant_not_found')
  async create(
    @TenantReference() reference: string,
    @Body() { rights = 'manage', expiresInSeconds = 3_600 }: CreatePortalSession,
    @Source() source: AuditSource,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
  ): Promise<PortalSessionAnswer> {
    const keyId = checkMayOpen(caller, rights);
    const tenant = await this.tenants.resolveTenant(reference);
    const { token, expiresAt } = await this.sessions.begin(tenant.id, { rights, keyId }, expiresInSeconds);
    await recordAudit(this.database, this.clock, {
      ...source,
      action: 'portal_session.created',
      tenantId: tenant.id,
      targetId: toPublicId('ten', tenant.id),
      details: { rights, expiresAt },
    });
    return { url: `${this.origin(request)}/console/portal#token=${token}`, token, expiresAt };
  }

  @Get('portal/session')
  @Roles('portal:read')
  @ApiOperation({
    operationId: 'getPortalSession',
    summary: 'Tell whose portal this is, and how it presents itself',
  })
  @ApiOkResponse({ type: PortalSession, description: 'The session.' })
  @Refuses()
  async session(@Req() request: ApiRequest): Promise<PortalSession> {
    const view = await this.sessions.view(bearerTokenOf(request) ?? '');
    if (view === undefined) throw new PosthornError('unauthorized');
    const { portalName, portalLogoUrl, portalColor } = this.settings;
    return {
      tenant: { id: toPublicId('ten', view.tenant.id), name: view.tenant.name },
      rights: view.rights,
      expiresAt: view.expiresAt,
      brand: { name: portalName ?? null, logoUrl: portalLogoUrl ?? null, color: portalColor ?? null },
    };
  }

  /** As configured; for somebody who tries things out, as this very request reached us. */
  private origin(request: ApiRequest): string {
    return this.settings.publicUrl?.replace(/\/+$/, '') ?? `${request.protocol}://${request.host}`;
  }
}

/**
 * A link must not be a way to more than the key itself may do.
 * @returns the key's UUID
 * @throws PosthornError `forbidden`
 */
function checkMayOpen(caller: Principal, rights: PortalRights): string {
  if (caller.kind !== 'key') throw new PosthornError('forbidden');
  if (!mayReadPayloads(caller)) {
    throw new PosthornError('forbidden', 'This key has no access to payloads, which a portal shows.');
  }
  if (rights === 'manage' && caller.role !== 'admin') {
    throw new PosthornError(
      'forbidden',
      'A support key may only make links that read; ask for rights: read.',
    );
  }
  return caller.id;
}
