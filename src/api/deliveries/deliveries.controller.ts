/** Deliveries: what is owed to endpoints, the log of every attempt, and doing it again. */
import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PosthornError } from '../../errors.js';
import { fromPublicId } from '../../model/id.js';
import { ApiPool } from '../../store/api-pool.js';
import { readAttempts } from '../../store/attempt-log.js';
import type { AuditSource } from '../../store/audit.js';
import { findDelivery, readDeliveryPage, type DeliveryDetails } from '../../store/delivery-log.js';
import { TenantStore } from '../../store/tenants.js';
import { PageQuery } from '../page.dto.js';
import { PagePosition } from '../pagination.js';
import { DeliveryParameter } from '../parameters.js';
import { PayloadReads } from '../payload-reads.js';
import { mayReadPayloads, type Principal } from '../principal.js';
import { Refuses } from '../refuses.js';
import { Caller, Source } from '../request.js';
import { Roles } from '../roles.js';
import { AttemptPage } from './attempt.dto.js';
import { DeliveryActions } from './delivery-actions.js';
import { toDeliveryFilter } from './delivery-filter-mapping.js';
import { attemptAnswer, deliveryDetailsAnswer, deliveryPage } from './delivery-mapping.js';
import { DeliveryQuery } from './delivery-query.dto.js';
import { DeliveryDetailsAnswer, DeliveryPage } from './delivery.dto.js';
import { checkNamed } from './named-in-filter.js';

@ApiTags('Deliveries')
@Controller('v1/deliveries')
export class DeliveriesController {
  constructor(
    private readonly pool: ApiPool,
    private readonly tenants: TenantStore,
    private readonly actions: DeliveryActions,
    private readonly reads: PayloadReads,
  ) {}

  @Get()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({
    operationId: 'listDeliveries',
    summary: 'Search deliveries, newest first',
    description:
      'Filters can be combined. Each page is looked for in bounded time: it may be short, or empty, and still have a `nextCursor`.',
  })
  @ApiOkResponse({ type: DeliveryPage, description: 'A page of deliveries.' })
  @Refuses('validation_failed', 'cursor_invalid', 'tenant_not_found', 'endpoint_not_found', 'event_not_found')
  async list(
    @Query() query: DeliveryQuery,
    @Caller() caller: Principal,
    @Source() source: AuditSource,
  ): Promise<DeliveryPage> {
    const { limit, cursor, ...given } = query;
    const filter = await toDeliveryFilter(given, caller, (tenant) => this.tenants.tenantEverKnown(tenant));
    await this.reads.recordSearch(caller, source, given, filter.tenantId);
    const position = new PagePosition('deliveries', given);
    const page = await readDeliveryPage(this.pool, filter, { before: position.before(cursor), limit });
    if (page.rows.length === 0) await checkNamed(this.pool, filter);
    return deliveryPage(page, position);
  }

  @Get(':delivery')
  @DeliveryParameter()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'getDelivery', summary: 'Show a delivery' })
  @ApiOkResponse({ type: DeliveryDetailsAnswer, description: 'The delivery.' })
  @Refuses('delivery_not_found')
  async get(
    @Param('delivery') delivery: string,
    @Caller() caller: Principal,
  ): Promise<DeliveryDetailsAnswer> {
    return deliveryDetailsAnswer(await this.find(delivery, caller));
  }

  @Get(':delivery/attempts')
  @DeliveryParameter()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'listAttempts', summary: 'List a delivery’s attempts, newest first' })
  @ApiOkResponse({ type: AttemptPage, description: 'A page of attempts.' })
  @Refuses('validation_failed', 'cursor_invalid', 'delivery_not_found')
  async attempts(
    @Param('delivery') delivery: string,
    @Query() query: PageQuery,
    @Caller() caller: Principal,
    @Source() source: AuditSource,
  ): Promise<AttemptPage> {
    const { id, tenantId } = await this.find(delivery, caller);
    await this.reads.record(caller, source, { action: 'answers.read', tenantId, targetId: delivery });
    const position = new PagePosition('attempts', { id });
    const place = { before: position.before(query.cursor), limit: query.limit + 1 };
    const rows = await readAttempts(this.pool, id, place, mayReadPayloads(caller));
    return position.page(rows, query.limit, attemptAnswer);
  }

  @Post(':delivery/replay')
  @DeliveryParameter()
  @HttpCode(202)
  @Roles('admin', 'support', 'portal:manage')
  @ApiOperation({
    operationId: 'replayDelivery',
    summary: 'Send a delivery again',
    description:
      'Takes a delivery that succeeded, failed or was canceled back to pending, with a fresh schedule. Its `webhook-id` stays the same, so receivers can tell.',
  })
  @ApiAcceptedResponse({ type: DeliveryDetailsAnswer, description: 'The delivery, pending again.' })
  @Refuses('delivery_not_found', 'delivery_not_replayable', 'endpoint_deleted')
  async replay(
    @Param('delivery') delivery: string,
    @Caller() caller: Principal,
    @Source() source: AuditSource,
  ): Promise<DeliveryDetailsAnswer> {
    return deliveryDetailsAnswer(await this.actions.replay(reached(delivery, caller), source));
  }

  @Post(':delivery/cancel')
  @DeliveryParameter()
  @HttpCode(200)
  @Roles('admin', 'support', 'portal:manage')
  @ApiOperation({
    operationId: 'cancelDelivery',
    summary: 'Send a pending delivery no more',
    description: 'An attempt that is on its way arrives all the same, and is logged.',
  })
  @ApiOkResponse({ type: DeliveryDetailsAnswer, description: 'The delivery, canceled.' })
  @Refuses('delivery_not_found', 'delivery_not_cancelable')
  async cancel(
    @Param('delivery') delivery: string,
    @Caller() caller: Principal,
    @Source() source: AuditSource,
  ): Promise<DeliveryDetailsAnswer> {
    return deliveryDetailsAnswer(await this.actions.cancel(reached(delivery, caller), source));
  }

  private async find(delivery: string, caller: Principal): Promise<DeliveryDetails> {
    const { deliveryId, tenantId } = reached(delivery, caller);
    const found = await findDelivery(this.pool, deliveryId, tenantId);
    if (found === undefined) throw new PosthornError('delivery_not_found');
    return found;
  }
}

function reached(delivery: string, caller: Principal) {
  const deliveryId = fromPublicId('dlv', delivery);
  if (deliveryId === undefined) throw new PosthornError('delivery_not_found');
  return { deliveryId, tenantId: caller.tenantId };
}
