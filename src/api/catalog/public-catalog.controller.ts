/** The event catalog without credentials, where PUBLIC_CATALOG allows it: what /console/catalog shows. */
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { SETTINGS, type Settings } from '../../config.js';
import { PageQuery } from '../page.dto.js';
import { CallerLimits } from '../rate-limits.js';
import { RefusesPublicly } from '../refuses.js';
import { remoteAddressOf, type ApiRequest } from '../request.js';
import { Public } from '../roles.js';
import { PublicCatalog } from './public-catalog.js';
import { PublicCatalogPage, PublicEventType } from './public-catalog.dto.js';

@ApiTags('Event types')
@Controller('v1/catalog')
export class PublicCatalogController {
  constructor(
    private readonly catalog: PublicCatalog,
    private readonly limits: CallerLimits,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get()
  @Public()
  @ApiOperation({
    operationId: 'listPublicEventTypes',
    summary: 'List the public catalog, newest first',
    description:
      'Needs no credentials. Only where PUBLIC_CATALOG is true; archived event types are left out.',
    security: [],
  })
  @ApiOkResponse({ type: PublicCatalogPage, description: 'A page of event types.' })
  @RefusesPublicly('validation_failed', 'cursor_invalid', 'not_found', 'rate_limited')
  async list(
    @Query() { limit, cursor }: PageQuery,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicCatalogPage> {
    await this.limits.chargeAnonymous(remoteAddressOf(request), reply);
    const { portalName, portalLogoUrl, portalColor } = this.settings;
    const brand = { name: portalName ?? null, logoUrl: portalLogoUrl ?? null, color: portalColor ?? null };
    return { ...(await this.catalog.page(limit, cursor)), brand };
  }

  @Get(':name')
  @Public()
  @ApiParam({ name: 'name', description: 'The event type.', example: 'invoice.paid' })
  @ApiOperation({
    operationId: 'getPublicEventType',
    summary: 'Show an event type of the public catalog',
    security: [],
  })
  @ApiOkResponse({ type: PublicEventType, description: 'The event type.' })
  @RefusesPublicly('not_found', 'event_type_not_found', 'rate_limited')
  async get(
    @Param('name') name: string,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicEventType> {
    await this.limits.chargeAnonymous(remoteAddressOf(request), reply);
    return this.catalog.entry(name);
  }
}
