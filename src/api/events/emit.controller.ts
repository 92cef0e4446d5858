/**
 * Emitting events: the product's side of Posthorn, and its busiest route. The request is taken as Fastify has it, past
 * pipes and DTOs, which would cost more than everything else that happens to it here.
 */
import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { SETTINGS, type Settings } from '../../config.js';
import { PosthornError } from '../../errors.js';
import { Emitter } from '../../intake/emitter.js';
import type { EmitRequest } from '../../model/event.js';
import { BodyLimitFactor } from '../http.js';
import { TenantParameter } from '../parameters.js';
import { mayReachEventType, ownEventTypes, reachableTenant, type Principal } from '../principal.js';
import { announceRateLimit } from '../rate-limits.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { principalOf, type ApiRequest } from '../request.js';
import { Roles } from '../roles.js';
import { validationFailed } from '../validation.js';
import { emitBatch } from './emit-batch.js';
import { readEmitFields, type EmitFields } from './emit-fields.js';
import { HOPS_MAX, readEmitHeaders, type EmitHeaders } from './emit-headers.js';
import { emittedAnswer, itemAnswer } from './emit-mapping.js';
import { EmitBatch, EmitEvent, EmittedBatch, EmittedEvent } from './emit.dto.js';

const HopsHeader = () =>
  ApiHeader({
    name: 'posthorn-hops',
    required: false,
    description: `Pass on what a webhook brought, when the event is a consequence of it: chains of more than ${HOPS_MAX} are refused.`,
    schema: { type: 'integer', minimum: 0, example: 1 },
  });

@ApiTags('Events')
@TenantParameter()
@Controller('v1/tenants/:tenant/events')
export class EmitController {
  constructor(
    private readonly emitter: Emitter,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post()
  @HttpCode(202)
  @Roles('admin', 'emitter')
  @ApiOperation({
    operationId: 'emitEvent',
    summary: 'Emit an event',
    description:
      'Answers once the event and everything it is owed are stored. Repeat a request that had no answer with the same `id` or `Idempotency-Key`: the first answer comes again, and nothing is sent twice.',
  })
  @ApiBody({ type: EmitEvent })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'As `id`, for requests: 1 to 255 printable ASCII characters, unique per tenant.',
    schema: { type: 'string', minLength: 1, maxLength: 255, example: 'in_4711-paid' },
  })
  @HopsHeader()
  @ApiAcceptedResponse({
    type: EmittedEvent,
    description: 'The event is stored.',
    headers: {
      'idempotent-replayed': {
        description: '`true` when this is the answer to an earlier, identical request.',
        schema: { type: 'string', enum: ['true'] },
      },
    },
  })
  @Refuses(
    ...bodyRefusals,
    'tenant_not_found',
    'idempotency_key_reused',
    'event_type_reserved',
    'event_type_archived',
    'event_type_unknown',
    'event_data_invalid',
    'loop_detected',
    'rate_limited',
  )
  async emit(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EmittedEvent> {
    const headers = readEmitHeaders(request.headers);
    const fields = readEmitFields(request.rawText ?? '', 0, request.body);
    const event = await this.emitter.emit(emitRequest(request, headers, fields));
    if (event.rateLimit) announceRateLimit(reply, event.rateLimit);
    if (event.replayed) void reply.header('idempotent-replayed', 'true');
    return emittedAnswer(event);
  }

  @Post('batch')
  @HttpCode(202)
  @BodyLimitFactor(8)
  @Roles('admin', 'emitter')
  @ApiOperation({
    operationId: 'emitEvents',
    summary: 'Emit up to 1,000 events',
    description:
      'Each event is accepted or refused by itself; look at every item of the answer. The body may be 8 times as large as a single event’s. To be able to repeat it, give each event an `id`; an `Idempotency-Key` is refused here.',
  })
  @ApiBody({ type: EmitBatch })
  @HopsHeader()
  @ApiAcceptedResponse({ type: EmittedBatch, description: 'What became of each event, in their order.' })
  @Refuses(...bodyRefusals, 'tenant_not_found', 'loop_detected', 'rate_limited')
  async emitBatch(@Req() request: ApiRequest): Promise<EmittedBatch> {
    const headers = readEmitHeaders(request.headers);
    if (headers.idempotencyKey !== undefined) {
      throw validationFailed([
        { path: 'Idempotency-Key', message: 'is for single events; give each event of a batch an id' },
      ]);
    }
    const items = await emitBatch({
      text: request.rawText ?? '',
      body: request.body,
      itemBytesMax: this.settings.bodyBytesMax,
      emit: async (fields) => this.emitter.emit(emitRequest(request, headers, fields)),
    });
    return { data: items.map(itemAnswer) };
  }
}

/** @throws PosthornError `tenant_not_found`, `forbidden` */
function emitRequest(request: ApiRequest, headers: EmitHeaders, fields: EmitFields): EmitRequest {
  const principal = principalOf(request);
  const tenant = reachableTenant(principal, (request.params as { tenant: string }).tenant);
  checkMayEmit(principal, fields.type);
  return { tenant, ...headers, ...fields };
}

/** @throws PosthornError `forbidden` */
export function checkMayEmit(principal: Principal, type: string): void {
  if (mayReachEventType(principal, type)) return;
  throw new PosthornError('forbidden', `This key may emit only ${ownEventTypes(principal)!.join(', ')}.`);
}
