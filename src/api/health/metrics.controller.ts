/**
 * Prometheus' page, in every role and on the same port as the rest. It tells how much a business sends, so it wants a
 * credential: METRICS_TOKEN, which opens nothing else, or an admin or support key.
 */
import { timingSafeEqual } from 'node:crypto';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { SETTINGS, type Settings } from '../../config.js';
import { PosthornError } from '../../errors.js';
import { hashApiKey } from '../../store/live-keys.js';
import { Scrape } from '../../telemetry/scrape.js';
import { bearerTokenOf } from '../bearer-token.js';
import { KeyRing } from '../key-ring.js';
import type { ApiRequest } from '../request.js';
import { Public, satisfies } from '../roles.js';

@ApiTags('Operations')
@Controller()
export class MetricsController {
  constructor(
    private readonly scrape: Scrape,
    private readonly keyRing: KeyRing,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('metrics')
  @Public() // for the guard, which knows no METRICS_TOKEN; see admit()
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'getMetrics', summary: 'Read the metrics (Prometheus text format)' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  async metrics(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    await this.admit(bearerTokenOf(request));
    void reply.type(this.scrape.contentType);
    return this.scrape.text();
  }

  private async admit(token: string | undefined): Promise<void> {
    if (token === undefined) throw new PosthornError('unauthorized');
    const { metricsToken } = this.settings;
    // Hashes, so that both sides have one length.
    if (metricsToken !== undefined && timingSafeEqual(hashApiKey(token), hashApiKey(metricsToken))) return;
    const principal = await this.keyRing.principalOf(token);
    if (principal === undefined) throw new PosthornError('unauthorized');
    if (!satisfies(principal, ['admin', 'support']) || principal.tenantId !== undefined)
      throw new PosthornError('forbidden');
  }
}
