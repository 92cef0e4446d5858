/** Replays of many deliveries at once, in the background. One delivery is replayed at /v1/deliveries/{delivery}/replay. */
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PosthornError } from '../../errors.js';
import { fromPublicId } from '../../model/id.js';
import { ReplayRequests } from '../../replay/replay-many-requests.js';
import { ApiPool } from '../../store/api-pool.js';
import type { AuditSource } from '../../store/audit.js';
import { findReplay, listReplays } from '../../store/replays.js';
import { TenantStore } from '../../store/tenants.js';
import { PagePosition } from '../pagination.js';
import { ReplayParameter } from '../parameters.js';
import { PayloadReads } from '../payload-reads.js';
import { reachableTenant, type Principal } from '../principal.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Caller, Source } from '../request.js';
import { Roles } from '../roles.js';
import { replayAnswer } from './replay-mapping.js';
import { toReplayRequest } from './replay-scope.js';
import { CreateReplay, ReplayAnswer, ReplayCount, ReplayPage, ReplayQuery } from './replay.dto.js';

@ApiTags('Replays')
@Controller('v1/replays')
export class ReplaysController {
  constructor(
    private readonly pool: ApiPool,
    private readonly tenants: TenantStore,
    private readonly replays: ReplayRequests,
    private readonly reads: PayloadReads,
  ) {}

  @Post()
  @HttpCode(202)
  @Roles('admin', 'support', 'portal:manage')
  @ApiOperation({
    operationId: 'createReplay',
    summary: 'Replay many deliveries, or count them',
    description:
      'Takes every delivery that fits the filter back to pending, oldest first, in the background. With `dryRun` it only counts them. What comes to be after the request is left alone, and a delivery that is pending already, for example because of another replay, is passed over.',
  })
  @ApiOkResponse({ type: ReplayCount, description: 'With `dryRun`: how many there are.' })
  @ApiAcceptedResponse({ type: ReplayAnswer, description: 'The replay, which has begun.' })
  @Refuses(...bodyRefusals, 'tenant_not_found', 'endpoint_not_found', 'event_not_found', 'replay_too_wide')
  async create(
    @Body() body: CreateReplay,
    @Caller() caller: Principal,
    @Source() source: AuditSource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayAnswer | ReplayCount> {
    const tenantOf = (reference: string) => this.tenants.tenantEverKnown(reference);
    const request = await toReplayRequest(body, caller, tenantOf, this.pool);
    // A count tells whether a payload has the text, as the list does.
    await this.reads.recordSearch(caller, source, body.filter, request.tenantId);
    if (body.dryRun !== true) return replayAnswer(await this.replays.start(request, source), caller);
    void reply.status(200);
    return { count: await this.replays.count(request) };
  }

  @Get()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'listReplays', summary: 'List replays, newest first' })
  @ApiOkResponse({ type: ReplayPage, description: 'A page of replays.' })
  @Refuses('validation_failed', 'cursor_invalid', 'tenant_not_found')
  async list(@Query() query: ReplayQuery, @Caller() caller: Principal): Promise<ReplayPage> {
    const { limit, cursor, tenant, status } = query;
    const tenantId =
      tenant === undefined
        ? caller.tenantId
        : await this.tenants.tenantEverKnown(reachableTenant(caller, tenant));
    const position = new PagePosition('replays', { tenant, status });
    const place = { before: position.before(cursor), limit: limit + 1 };
    const rows = await listReplays(this.pool, { tenantId, status }, place);
    return position.page(rows, limit, (replay) => replayAnswer(replay, caller));
  }

  @Get(':replay')
  @ReplayParameter()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'getReplay', summary: 'Show how far a replay has come' })
  @ApiOkResponse({ type: ReplayAnswer, description: 'The replay.' })
  @Refuses('replay_not_found')
  async get(@Param('replay') replay: string, @Caller() caller: Principal): Promise<ReplayAnswer> {
    const found = await findReplay(this.pool, replayUuid(replay), caller.tenantId);
    if (found === undefined) throw new PosthornError('replay_not_found');
    return replayAnswer(found, caller);
  }

  @Post(':replay/cancel')
  @ReplayParameter()
  @HttpCode(200)
  @Roles('admin', 'support', 'portal:manage')
  @ApiOperation({
    operationId: 'cancelReplay',
    summary: 'Stop a replay',
    description: 'What it has taken back until now stays pending, and is sent.',
  })
  @ApiOkResponse({ type: ReplayAnswer, description: 'The replay, canceled.' })
  @Refuses('replay_not_found', 'replay_not_running')
  async cancel(
    @Param('replay') replay: string,
    @Caller() caller: Principal,
    @Source() source: AuditSource,
  ): Promise<ReplayAnswer> {
    return replayAnswer(await this.replays.cancel(replayUuid(replay), caller.tenantId, source), caller);
  }
}

function replayUuid(publicId: string): string {
  const id = fromPublicId('rpl', publicId);
  if (id === undefined) throw new PosthornError('replay_not_found');
  return id;
}
