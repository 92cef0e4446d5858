/**
 * Listeners: endpoints served by whoever polls here (`posthorn listen`), so that a developer needs no address that can be
 * reached. What is sent to one is sent like everything: signed, retried, logged (docs/decisions/0013-listen.md).
 */
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PosthornError } from '../../errors.js';
import { PickUp } from '../../listen/pick-up.js';
import { fromPublicId, newUuid } from '../../model/id.js';
import { ApiPool } from '../../store/api-pool.js';
import type { AuditSource } from '../../store/audit.js';
import { DatabaseClock } from '../../store/clock.js';
import { DeliveryCanceler } from '../../store/endpoint-deletion.js';
import { EndpointStore } from '../../store/endpoints.js';
import { answerListenerRequest } from '../../store/listener-requests.js';
import {
  endListener,
  insertListener,
  LISTENER_LEASE_SECONDS,
  listListeners,
  renewListener,
} from '../../store/listeners.js';
import { TenantStore } from '../../store/tenants.js';
import { checkFilter } from '../endpoints/endpoint-checks.js';
import { PageQuery } from '../page.dto.js';
import { PagePosition } from '../pagination.js';
import { ListenerParameter, TenantParameter } from '../parameters.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Source, TenantReference } from '../request.js';
import { Roles } from '../roles.js';
import { listenerAnswer, listenerEndpoint, localAnswer, polledRequest } from './listener-mapping.js';
import {
  AnswerRequest,
  ListenerPage,
  NewListenerAnswer,
  OpenListener,
  PolledRequests,
  PollListener,
} from './listener.dto.js';

@ApiTags('Listeners')
@TenantParameter()
@Controller('v1/tenants/:tenant/listeners')
export class ListenersController {
  constructor(
    private readonly pool: ApiPool,
    private readonly clock: DatabaseClock,
    private readonly tenants: TenantStore,
    private readonly endpoints: EndpointStore,
    private readonly canceler: DeliveryCanceler,
    private readonly pickUp: PickUp,
  ) {}

  @Post()
  @Roles('admin', 'portal:manage')
  @ApiOperation({
    operationId: 'openListener',
    summary: 'Open a listener',
    description:
      'A temporary endpoint whose requests are fetched by polling. It ends, and its endpoint with it, when it is closed or has not polled for a minute.',
  })
  @ApiCreatedResponse({
    type: NewListenerAnswer,
    description: 'The listener, with the secret that signs what it gets.',
  })
  @Refuses(
    ...bodyRefusals,
    'tenant_not_found',
    'filter_invalid',
    'endpoint_limit_reached',
    'listener_limit_reached',
  )
  async open(
    @TenantReference() reference: string,
    @Body() body: OpenListener,
    @Source() source: AuditSource,
  ): Promise<NewListenerAnswer> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    checkFilter(body.filter);
    const nowMs = this.clock.nowMs();
    const listenerId = newUuid(nowMs);
    const createdBy = source.actor.id ?? source.actor.kind;
    const fields = listenerEndpoint(body, listenerId);
    const { endpoint, secret } = await this.endpoints.create(
      tenantId,
      fields,
      undefined,
      source,
      (sql, endpointId) => insertListener(sql, { listenerId, tenantId, endpointId, createdBy }),
    );
    const opened = listenerAnswer({
      id: listenerId,
      endpointId: endpoint.id,
      eventTypes: endpoint.eventTypes,
      filter: endpoint.filter,
      createdBy,
      createdAt: new Date(nowMs),
      leaseUntil: new Date(nowMs + LISTENER_LEASE_SECONDS * 1_000),
    });
    return { ...opened, secret };
  }

  @Get()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({
    operationId: 'listListeners',
    summary: 'List a tenant’s listeners, newest first',
    description: 'Those that poll, and those that stopped within the last minutes and are about to be ended.',
  })
  @ApiOkResponse({ type: ListenerPage, description: 'A page of listeners.' })
  @Refuses('tenant_not_found', 'validation_failed', 'cursor_invalid')
  async list(@TenantReference() reference: string, @Query() query: PageQuery): Promise<ListenerPage> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const position = new PagePosition('listeners', { tenantId });
    const page = { before: position.before(query.cursor), limit: query.limit + 1 };
    const rows = await listListeners(this.pool, tenantId, page);
    return position.page(rows, query.limit, listenerAnswer);
  }

  @Post(':listener/poll')
  @ListenerParameter()
  @HttpCode(200)
  @Roles('admin', 'portal:manage')
  @ApiOperation({
    operationId: 'pollListener',
    summary: 'Fetch what is sent to a listener',
    description:
      'Answers as soon as there is something, and with nothing after `waitSeconds`. Each request is handed out once; poll again while it is worked on. A listener polls once at a time: a second poll ends the first.',
  })
  @ApiOkResponse({ type: PolledRequests, description: 'What there is.' })
  @Refuses(...bodyRefusals, 'tenant_not_found', 'listener_not_found')
  async poll(
    @TenantReference() reference: string,
    @Param('listener') listener: string,
    @Body() { waitSeconds = 0 }: PollListener,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PolledRequests> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const listenerId = listenerUuid(listener);
    const expiresAt = await renewListener(this.pool, listenerId, tenantId);
    if (expiresAt === undefined) {
      this.pickUp.letGo(listenerId);
      throw new PosthornError('listener_not_found');
    }
    const requests = await this.pickUp.wait(listenerId, waitSeconds * 1_000, hungUp(reply));
    return { data: requests.map(polledRequest), expiresAt };
  }

  @Post(':listener/requests/:request/answer')
  @ListenerParameter()
  @ApiParam({
    name: 'request',
    description: 'The request’s id.',
    example: 'lrq_019ab1c2d3e47f508192a3b4c5d6e7f8',
  })
  @HttpCode(204)
  @Roles('admin', 'portal:manage')
  @ApiOperation({
    operationId: 'answerListenerRequest',
    summary: 'Tell what came of a request',
    description: 'It becomes the outcome of the attempt, as if the local server had been reached by us.',
  })
  @ApiNoContentResponse({ description: 'It is taken.' })
  @Refuses(...bodyRefusals, 'tenant_not_found', 'listener_not_found', 'listener_request_not_found')
  async answer(
    @TenantReference() reference: string,
    @Param('listener') listener: string,
    @Param('request') request: string,
    @Body() body: AnswerRequest,
  ): Promise<void> {
    const answer = localAnswer(body);
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const listenerId = listenerUuid(listener);
    // Also shows that the listener is the tenant's; and who answers is there.
    if ((await renewListener(this.pool, listenerId, tenantId)) === undefined) {
      throw new PosthornError('listener_not_found');
    }
    const requestId = fromPublicId('lrq', request);
    if (
      requestId === undefined ||
      !(await answerListenerRequest(this.pool, { requestId, listenerId }, answer))
    ) {
      throw new PosthornError('listener_request_not_found');
    }
  }

  @Delete(':listener')
  @ListenerParameter()
  @HttpCode(204)
  @Roles('admin', 'portal:manage')
  @ApiOperation({ operationId: 'closeListener', summary: 'Close a listener, and delete its endpoint' })
  @ApiNoContentResponse({ description: 'It is closed. What was still owed to it is canceled.' })
  @Refuses('tenant_not_found', 'listener_not_found')
  async close(
    @TenantReference() reference: string,
    @Param('listener') listener: string,
    @Source() source: AuditSource,
  ): Promise<void> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const end = { listenerId: listenerUuid(listener), tenantId, reason: 'closed' } as const;
    const ended = await this.pool.transaction((sql) => endListener(sql, this.clock, end, source));
    if (ended === undefined) throw new PosthornError('listener_not_found');
    this.pickUp.letGo(ended.listenerId);
    await this.canceler.cancel({ tenantId, endpointId: ended.endpointId });
  }
}

function listenerUuid(publicId: string): string {
  const id = fromPublicId('lsn', publicId);
  if (id === undefined) throw new PosthornError('listener_not_found');
  return id;
}

/** Told when the connection ends before the answer does. */
function hungUp(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}
