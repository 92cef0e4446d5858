/** What was emitted. */
import { Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PosthornError } from '../../errors.js';
import { fromPublicId, toPublicId } from '../../model/id.js';
import { parseInstant } from '../../model/instant.js';
import { cancelEvent } from '../../replay/cancel-event.js';
import { ApiPool } from '../../store/api-pool.js';
import type { AuditSource } from '../../store/audit.js';
import { DatabaseClock } from '../../store/clock.js';
import { readDeliveryPage } from '../../store/delivery-log.js';
import { findEvent, readEventPage } from '../../store/event-log.js';
import { LaneWaker } from '../../store/lane-waker.js';
import { TenantStore } from '../../store/tenants.js';
import { deliveryPage } from '../deliveries/delivery-mapping.js';
import { PAGE_LIMIT_MAX, PagePosition } from '../pagination.js';
import { EventParameter, TenantParameter } from '../parameters.js';
import { PayloadReads } from '../payload-reads.js';
import { mayReachEventType, mayReadPayloads, type Principal } from '../principal.js';
import { Refuses } from '../refuses.js';
import { Caller, Source, TenantReference } from '../request.js';
import { Roles } from '../roles.js';
import { eventAnswer, eventDetailsText } from './event-mapping.js';
import { EventCancellation, EventDetailsAnswer, EventPage, EventQuery } from './event.dto.js';

@ApiTags('Events')
@TenantParameter()
@Controller('v1/tenants/:tenant/events')
export class EventsController {
  constructor(
    private readonly pool: ApiPool,
    private readonly tenants: TenantStore,
    private readonly reads: PayloadReads,
    private readonly clock: DatabaseClock,
    private readonly waker: LaneWaker,
  ) {}

  @Get()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({
    operationId: 'listEvents',
    summary: 'List a tenant’s events, newest first',
    description:
      'Without their data. Each page is looked for in bounded time: it may be short, or empty, and still have a `nextCursor`.',
  })
  @ApiOkResponse({ type: EventPage, description: 'A page of events.' })
  @Refuses('tenant_not_found', 'validation_failed', 'cursor_invalid')
  async list(@TenantReference() reference: string, @Query() query: EventQuery): Promise<EventPage> {
    const tenantId = await this.tenants.tenantEverKnown(reference);
    const { limit, cursor, type, tag, after, before } = query;
    const position = new PagePosition('events', { tenantId, type, tag, after, before });
    const filter = {
      tenantId,
      ...(type !== undefined && { type }),
      ...(tag !== undefined && { tag }),
      ...(after !== undefined && { after: parseInstant(after)! }),
      ...(before !== undefined && { before: parseInstant(before)! }),
    };
    const page = await readEventPage(this.pool, filter, { before: position.before(cursor), limit });
    return {
      data: page.rows.map(eventAnswer),
      nextCursor: page.next === null ? null : position.cursorAfter(page.next),
    };
  }

  @Get(':event')
  @EventParameter()
  @Header('content-type', 'application/json; charset=utf-8')
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'getEvent', summary: 'Show an event, its data and its deliveries' })
  @ApiOkResponse({ type: EventDetailsAnswer, description: 'The event.' })
  @Refuses('tenant_not_found', 'event_not_found')
  async get(
    @TenantReference() reference: string,
    @Param('event') event: string,
    @Caller() caller: Principal,
    @Source() source: AuditSource,
  ): Promise<string> {
    const tenantId = await this.tenants.tenantEverKnown(reference);
    const eventId = fromPublicId('evt', event);
    const row = eventId && (await findEvent(this.pool, tenantId, eventId));
    if (!row) throw new PosthornError('event_not_found');
    await this.reads.record(caller, source, { action: 'payload.read', tenantId, targetId: event });
    const place = { before: undefined, limit: PAGE_LIMIT_MAX };
    const page = await readDeliveryPage(this.pool, { tenantId, eventId: row.id }, place);
    const { data, nextCursor } = deliveryPage(
      page,
      new PagePosition('deliveries', { event: toPublicId('evt', row.id) }),
    );
    const answer = { ...eventAnswer(row), deliveries: data, deliveriesNextCursor: nextCursor };
    return eventDetailsText(answer, mayReadPayloads(caller) ? row.data : undefined);
  }

  @Post(':event/cancel')
  @EventParameter()
  @HttpCode(200)
  @Roles('admin', 'emitter', 'support', 'portal:manage')
  @ApiOperation({
    operationId: 'cancelEvent',
    summary: 'Take an event back',
    description:
      'Cancels what is still owed of it: deliveries that wait for `deliverAt`, for their turn or for a retry. What was delivered stays delivered; an attempt that is on its way cannot be called back.',
  })
  @ApiOkResponse({ type: EventCancellation, description: 'How much of it was still owed.' })
  @Refuses('tenant_not_found', 'event_not_found')
  async cancel(
    @TenantReference() reference: string,
    @Param('event') event: string,
    @Caller() caller: Principal,
    @Source() source: AuditSource,
  ): Promise<EventCancellation> {
    const tenantId = await this.tenants.tenantEverKnown(reference);
    const eventId = fromPublicId('evt', event);
    const row = eventId && (await findEvent(this.pool, tenantId, eventId));
    if (!row || !mayReachEventType(caller, row.type)) throw new PosthornError('event_not_found');
    const { pool: database, clock, waker } = this;
    const wake = (endpointId: string): void => waker.wake(endpointId, 0);
    const canceled = await cancelEvent({ database, clock, wake }, { tenantId, eventId: row.id }, source);
    return { id: toPublicId('evt', row.id), canceled };
  }
}
