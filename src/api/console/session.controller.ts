/** Signing in to the console, and out. Elsewhere an API key is sent with each request instead. */
import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { SETTINGS, type Settings } from '../../config.js';
import { PosthornError } from '../../errors.js';
import { toPublicId } from '../../model/id.js';
import { VERSION } from '../../version.js';
import { KeyRing } from '../key-ring.js';
import type { KeyPrincipal, Principal } from '../principal.js';
import { CallerLimits } from '../rate-limits.js';
import { bodyRefusals, Refuses, RefusesPublicly } from '../refuses.js';
import { Caller, remoteAddressOf, type ApiRequest } from '../request.js';
import { Public, Roles } from '../roles.js';
import { ConsoleSessions } from './console-sessions.js';
import { ConsoleSession, SignIn } from './session.dto.js';

@ApiTags('Console')
@Controller('v1/console/session')
export class SessionController {
  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly keys: KeyRing,
    private readonly limits: CallerLimits,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post()
  @Public()
  @ApiOperation({ operationId: 'signIn', summary: 'Sign in to the console with an API key', security: [] })
  @ApiCreatedResponse({
    type: ConsoleSession,
    description: 'Signed in: the answer sets the session’s cookie.',
  })
  @RefusesPublicly(...bodyRefusals, 'unauthorized', 'forbidden', 'rate_limited')
  async signIn(
    @Body() body: SignIn,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConsoleSession> {
    await this.limits.chargeAnonymous(remoteAddressOf(request), reply);
    const principal = await this.keys.principalOf(body.key.trim());
    if (principal === undefined) throw new PosthornError('unauthorized', 'No such key, or it is revoked.');
    if (principal.role === 'emitter') {
      throw new PosthornError(
        'forbidden',
        'This key may only emit events. The console takes admin and support keys.',
      );
    }
    const { cookie, expiresAt } = await this.sessions.begin(principal);
    void reply.header('set-cookie', cookie);
    return this.answer(principal, expiresAt);
  }

  @Get()
  @Roles('admin', 'support')
  @ApiOperation({ operationId: 'getConsoleSession', summary: 'Tell who is signed in' })
  @ApiOkResponse({ type: ConsoleSession, description: 'The session.' })
  @Refuses()
  async session(@Caller() caller: Principal, @Req() request: ApiRequest): Promise<ConsoleSession> {
    const expiresAt = await this.sessions.expiryOf(request);
    // With an API key in the header there is no session to tell of.
    if (expiresAt === undefined || caller.kind !== 'key') throw new PosthornError('unauthorized');
    return this.answer(caller, expiresAt);
  }

  @Delete()
  @HttpCode(204)
  @Public()
  @ApiOperation({
    operationId: 'signOut',
    summary: 'Sign out of the console',
    description: 'Ends the session of the cookie, wherever copies of it are, within a second.',
    security: [],
  })
  @ApiNoContentResponse({ description: 'The session has ended, and its cookie is taken back.' })
  @RefusesPublicly('unavailable')
  async signOut(@Req() request: ApiRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    void reply.header('set-cookie', await this.sessions.end(request));
  }

  private answer(principal: KeyPrincipal, expiresAt: Date): ConsoleSession {
    return {
      keyId: toPublicId('key', principal.id),
      name: principal.name,
      role: principal.role,
      tenantId: principal.tenantId === undefined ? null : toPublicId('ten', principal.tenantId),
      payloadAccess: principal.payloadAccess,
      publicCatalog: this.settings.publicCatalog ?? false,
      expiresAt,
      version: VERSION,
    };
  }
}
