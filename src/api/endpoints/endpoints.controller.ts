/** Endpoints: where a tenant wants its events to be sent, and how. */
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { SETTINGS, type Settings } from '../../config.js';
import { UrlPolicy } from '../../egress/url-policy.js';
import type { AuditSource } from '../../store/audit.js';
import { DeliveryCanceler } from '../../store/endpoint-deletion.js';
import { EndpointStore, type EndpointView } from '../../store/endpoints.js';
import { checkSecret } from '../../store/secrets.js';
import { TenantStore } from '../../store/tenants.js';
import { Transformer } from '../../transformation/transformer.js';
import { PageQuery } from '../page.dto.js';
import { PagePosition } from '../pagination.js';
import { EndpointParameter, TenantParameter } from '../parameters.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Source, TenantReference } from '../request.js';
import { Roles } from '../roles.js';
import { checkFilter, checkHeaders, checkTransformation, checkWhole, judgedUrl } from './endpoint-checks.js';
import { EndpointAnswer, EndpointPage, NewEndpointAnswer } from './endpoint-answer.dto.js';
import {
  endpointAnswer,
  endpointChanges,
  newEndpoint,
  newEndpointAnswer,
  type Judged,
} from './endpoint-mapping.js';
import { judgedAuth } from './auth-fields.js';
import { checkTakenAlong, type LedBefore } from './taken-along.js';
import { CreateEndpoint, UpdateEndpoint } from './endpoint.dto.js';

@ApiTags('Endpoints')
@TenantParameter()
@Controller('v1/tenants/:tenant/endpoints')
export class EndpointsController {
  constructor(
    private readonly tenants: TenantStore,
    private readonly endpoints: EndpointStore,
    private readonly canceler: DeliveryCanceler,
    private readonly urls: UrlPolicy,
    private readonly transformer: Transformer,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post()
  @Roles('admin', 'portal:manage')
  @ApiOperation({ operationId: 'createEndpoint', summary: 'Register an endpoint' })
  @ApiCreatedResponse({ type: NewEndpointAnswer, description: 'The endpoint, with its signing secret.' })
  @Refuses(
    ...bodyRefusals,
    'tenant_not_found',
    'endpoint_url_refused',
    'endpoint_headers_refused',
    'endpoint_tls_refused',
    'filter_invalid',
    'transformation_invalid',
    'rate_limited',
    'endpoint_limit_reached',
  )
  async create(
    @TenantReference() reference: string,
    @Body() body: CreateEndpoint,
    @Source() source: AuditSource,
  ): Promise<NewEndpointAnswer> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    checkFilter(body.filter);
    await checkTransformation(this.transformer, body.transformation);
    const url = await judgedUrl(this.urls, body.url);
    const fields = newEndpoint(body, { url, auth: await judgedAuth(this.urls, body.auth) });
    checkHeaders(fields.headers);
    checkWhole(fields);
    if (body.secret !== undefined) checkSecret(fields.signing, body.secret);
    return newEndpointAnswer(
      await this.endpoints.create(tenantId, fields, body.secret, source),
      this.settings,
    );
  }

  @Get()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'listEndpoints', summary: 'List a tenant’s endpoints, newest first' })
  @ApiOkResponse({ type: EndpointPage, description: 'A page of endpoints.' })
  @Refuses('tenant_not_found', 'validation_failed', 'cursor_invalid')
  async list(@TenantReference() reference: string, @Query() query: PageQuery): Promise<EndpointPage> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const position = new PagePosition('endpoints', { tenantId });
    const page = { before: position.before(query.cursor), limit: query.limit + 1 };
    const rows = await this.endpoints.list(tenantId, page);
    return position.page(rows, query.limit, (row) => endpointAnswer(row, this.settings));
  }

  @Get(':endpoint')
  @EndpointParameter()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'getEndpoint', summary: 'Show an endpoint and how it fares' })
  @ApiOkResponse({ type: EndpointAnswer, description: 'The endpoint.' })
  @Refuses('tenant_not_found', 'endpoint_not_found')
  async get(
    @TenantReference() reference: string,
    @Param('endpoint') endpoint: string,
  ): Promise<EndpointAnswer> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    return endpointAnswer(await this.endpoints.get(tenantId, endpoint), this.settings);
  }

  @Patch(':endpoint')
  @EndpointParameter()
  @Roles('admin', 'portal:manage')
  @ApiOperation({
    operationId: 'updateEndpoint',
    summary: 'Change, disable or enable an endpoint',
    description:
      'Changes hold for deliveries that are pending, too. Enabling an endpoint closes its circuit and lets what has waited go out, slowly at first.',
  })
  @ApiOkResponse({ type: EndpointAnswer, description: 'The endpoint as it is now.' })
  @Refuses(
    ...bodyRefusals,
    'tenant_not_found',
    'endpoint_not_found',
    'endpoint_url_refused',
    'endpoint_headers_refused',
    'endpoint_tls_refused',
    'filter_invalid',
    'transformation_invalid',
    'rate_limited',
    'conflict',
  )
  async update(
    @TenantReference() reference: string,
    @Param('endpoint') endpoint: string,
    @Body() body: UpdateEndpoint,
    @Source() source: AuditSource,
  ): Promise<EndpointAnswer> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    checkFilter(body.filter);
    await checkTransformation(this.transformer, body.transformation);
    const judged: Partial<Judged> = {
      ...(body.url !== undefined && { url: await judgedUrl(this.urls, body.url) }),
      ...(body.auth !== undefined && { auth: await judgedAuth(this.urls, body.auth) }),
    };
    const changes = endpointChanges(body, judged);
    const check = (after: EndpointView, before: LedBefore): void => {
      checkWhole({ ...after.endpoint, ...after });
      checkTakenAlong(body, before, after.endpoint.url);
    };
    const changed = await this.endpoints.update(tenantId, endpoint, changes, check, source);
    return endpointAnswer(changed, this.settings);
  }

  @Delete(':endpoint')
  @EndpointParameter()
  @HttpCode(204)
  @Roles('admin', 'portal:manage')
  @ApiOperation({
    operationId: 'deleteEndpoint',
    summary: 'Delete an endpoint',
    description:
      'What is still owed to it is canceled. Its deliveries stay in the log until they are too old.',
  })
  @ApiNoContentResponse({
    description: 'It is deleted. With many deliveries, canceling them goes on for a while.',
  })
  @Refuses('tenant_not_found', 'endpoint_not_found')
  async delete(
    @TenantReference() reference: string,
    @Param('endpoint') endpoint: string,
    @Source() source: AuditSource,
  ): Promise<void> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const { id: endpointId } = await this.endpoints.delete(tenantId, endpoint, source);
    await this.canceler.cancel({ tenantId, endpointId });
  }
}
