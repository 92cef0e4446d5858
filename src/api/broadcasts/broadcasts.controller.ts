/** Broadcasts: one event for many tenants, emitted in the background. */
import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { BroadcastRequests } from '../../broadcast/broadcast-requests.js';
import { PosthornError } from '../../errors.js';
import { fromPublicId, toPublicId } from '../../model/id.js';
import { ApiPool } from '../../store/api-pool.js';
import type { AuditSource } from '../../store/audit.js';
import { findTenants } from '../../store/broadcast-audience.js';
import { findBroadcast, listBroadcasts, type Broadcast } from '../../store/broadcasts.js';
import { checkMayEmit } from '../events/emit.controller.js';
import { readEmitHeaders } from '../events/emit-headers.js';
import { PagePosition } from '../pagination.js';
import { BroadcastParameter } from '../parameters.js';
import { mayReachEventType, ownEventTypes, type Principal } from '../principal.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Caller, principalOf, Source, type ApiRequest } from '../request.js';
import { Roles } from '../roles.js';
import { validationFailed } from '../validation.js';
import { readBroadcastFields } from './broadcast-fields.js';
import { BroadcastAnswer, BroadcastPage, BroadcastQuery, CreateBroadcast } from './broadcast.dto.js';

@ApiTags('Broadcasts')
@Controller('v1/broadcasts')
export class BroadcastsController {
  constructor(
    private readonly pool: ApiPool,
    private readonly broadcasts: BroadcastRequests,
  ) {}

  @Post()
  @HttpCode(202)
  @Roles('admin', 'emitter')
  @ApiOperation({
    operationId: 'createBroadcast',
    summary: 'Emit an event to many tenants',
    description:
      'Answers once the broadcast is stored; its events are emitted in the background, each tenant’s exactly once, and delivered as any other. Tenants that are made afterwards are not told.',
  })
  @ApiBody({ type: CreateBroadcast })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Asked for again with the same key, it is the same broadcast. 1 to 255 printable ASCII characters.',
    schema: { type: 'string', minLength: 1, maxLength: 255, example: 'terms-7' },
  })
  @ApiAcceptedResponse({
    type: BroadcastAnswer,
    description: 'The broadcast, which has begun.',
    headers: {
      'idempotent-replayed': {
        description: '`true` when an earlier, identical request has begun it.',
        schema: { type: 'string', enum: ['true'] },
      },
    },
  })
  @Refuses(
    ...bodyRefusals,
    'event_type_reserved',
    'event_type_archived',
    'event_data_invalid',
    'idempotency_key_reused',
    'loop_detected',
  )
  async create(
    @Req() request: ApiRequest,
    @Source() source: AuditSource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BroadcastAnswer> {
    const principal = principalOf(request);
    checkUnbound(principal);
    const headers = readEmitHeaders(request.headers);
    const { event, tenants } = readBroadcastFields(request.rawText ?? '', request.body);
    checkMayEmit(principal, event.type);
    const tenantIds = tenants && (await this.resolve(tenants));
    const { broadcast, replayed } = await this.broadcasts.start({ ...event, ...headers, tenantIds }, source);
    if (replayed) void reply.header('idempotent-replayed', 'true');
    return broadcastAnswer(broadcast);
  }

  @Get()
  @Roles('admin', 'emitter', 'support')
  @ApiOperation({
    operationId: 'listBroadcasts',
    summary: 'List broadcasts, newest first',
    description: 'A key that is bound to event types finds those of its types.',
  })
  @ApiOkResponse({ type: BroadcastPage, description: 'A page of broadcasts.' })
  @Refuses('validation_failed', 'cursor_invalid')
  async list(@Query() query: BroadcastQuery, @Caller() caller: Principal): Promise<BroadcastPage> {
    checkUnbound(caller);
    const { limit, cursor, status } = query;
    const filter = { status, typePatterns: ownEventTypes(caller) };
    const position = new PagePosition('broadcasts', filter);
    const place = { before: position.before(cursor), limit: limit + 1 };
    return position.page(await listBroadcasts(this.pool, filter, place), limit, broadcastAnswer);
  }

  @Get(':broadcast')
  @BroadcastParameter()
  @Roles('admin', 'emitter', 'support')
  @ApiOperation({ operationId: 'getBroadcast', summary: 'Show how far a broadcast has come' })
  @ApiOkResponse({ type: BroadcastAnswer, description: 'The broadcast.' })
  @Refuses('broadcast_not_found')
  async get(@Param('broadcast') broadcast: string, @Caller() caller: Principal): Promise<BroadcastAnswer> {
    return broadcastAnswer(await this.find(broadcast, caller));
  }

  @Post(':broadcast/cancel')
  @BroadcastParameter()
  @HttpCode(200)
  @Roles('admin', 'emitter')
  @ApiOperation({
    operationId: 'cancelBroadcast',
    summary: 'Stop a broadcast',
    description: 'Events that it has emitted until now are delivered.',
  })
  @ApiOkResponse({ type: BroadcastAnswer, description: 'The broadcast, canceled.' })
  @Refuses('broadcast_not_found', 'broadcast_not_running')
  async cancel(
    @Param('broadcast') broadcast: string,
    @Caller() caller: Principal,
    @Source() source: AuditSource,
  ): Promise<BroadcastAnswer> {
    const { id } = await this.find(broadcast, caller);
    return broadcastAnswer(await this.broadcasts.cancel(id, source));
  }

  private async find(broadcast: string, caller: Principal): Promise<Broadcast> {
    checkUnbound(caller);
    const found = await findBroadcast(this.pool, broadcastUuid(broadcast));
    if (found === undefined || !mayReachEventType(caller, found.type))
      throw new PosthornError('broadcast_not_found');
    return found;
  }

  /** Each tenant once, however often and by whatever name it is listed. @throws PosthornError `validation_failed` */
  private async resolve(references: string[]): Promise<string[]> {
    const found = await findTenants(this.pool, references);
    const problems = references.flatMap((_, index) =>
      found[index] === undefined ? [{ path: `tenants[${index}]`, message: 'is no tenant' }] : [],
    );
    if (problems.length > 0) throw validationFailed(problems);
    return [...new Set(found as string[])];
  }
}

/** @throws PosthornError `forbidden` */
function checkUnbound(principal: Principal): void {
  if (principal.tenantId === undefined) return;
  throw new PosthornError('forbidden', 'This key is bound to one tenant; a broadcast is for many.');
}

function broadcastUuid(publicId: string): string {
  const id = fromPublicId('bct', publicId);
  if (id === undefined) throw new PosthornError('broadcast_not_found');
  return id;
}

function broadcastAnswer(broadcast: Broadcast): BroadcastAnswer {
  return {
    id: toPublicId('bct', broadcast.id),
    type: broadcast.type,
    tags: broadcast.tags,
    tenants: broadcast.tenantIds === null ? 'all' : 'listed',
    status: broadcast.status,
    total: broadcast.total,
    emitted: broadcast.emitted,
    skipped: broadcast.skipped,
    refused: broadcast.refused,
    lastRefusal: broadcast.lastRefusal,
    occurredAt: broadcast.occurredAt,
    error: broadcast.error,
    createdBy: broadcast.createdBy,
    createdAt: broadcast.createdAt,
    completedAt: broadcast.completedAt,
  };
}
