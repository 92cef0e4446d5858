/** The catalog: what can be emitted, told to those who receive it. Emitting needs no entry unless a tenant is strict. */
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { AuditSource } from '../../store/audit.js';
import type { EventTypeEntity } from '../../store/entities/event-type.entity.js';
import { EventTypeStore, type EventTypeFields } from '../../store/event-types.js';
import { PageQuery } from '../page.dto.js';
import { PagePosition } from '../pagination.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Source } from '../request.js';
import { Roles } from '../roles.js';
import { checkSchema } from './event-type-schema.js';
import { CreateEventType, EventTypeAnswer, EventTypePage, UpdateEventType } from './event-type.dto.js';

const NameParameter = () =>
  ApiParam({ name: 'name', description: 'The event type.', example: 'invoice.paid' });

@ApiTags('Event types')
@Controller('v1/event-types')
export class EventTypesController {
  constructor(private readonly eventTypes: EventTypeStore) {}

  @Post()
  @Roles('admin')
  @ApiOperation({ operationId: 'createEventType', summary: 'Add an event type to the catalog' })
  @ApiCreatedResponse({ type: EventTypeAnswer, description: 'The event type.' })
  @Refuses(...bodyRefusals, 'conflict')
  async create(@Body() body: CreateEventType, @Source() source: AuditSource): Promise<EventTypeAnswer> {
    const { name, fields } = newEventType(body);
    checkSchema(fields);
    return eventTypeAnswer(await this.eventTypes.create(name, fields, source));
  }

  @Get()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'listEventTypes', summary: 'List the catalog, newest first' })
  @ApiOkResponse({ type: EventTypePage, description: 'A page of event types.' })
  @Refuses('validation_failed', 'cursor_invalid')
  async list(@Query() query: PageQuery): Promise<EventTypePage> {
    const position = new PagePosition('event-types');
    const rows = await this.eventTypes.list({
      before: position.before(query.cursor),
      limit: query.limit + 1,
    });
    return position.page(rows, query.limit, eventTypeAnswer);
  }

  @Get(':name')
  @NameParameter()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'getEventType', summary: 'Show an event type' })
  @ApiOkResponse({ type: EventTypeAnswer, description: 'The event type.' })
  @Refuses('event_type_not_found')
  async get(@Param('name') name: string): Promise<EventTypeAnswer> {
    return eventTypeAnswer(await this.eventTypes.get(name));
  }

  @Patch(':name')
  @NameParameter()
  @Roles('admin')
  @ApiOperation({ operationId: 'updateEventType', summary: 'Change or archive an event type' })
  @ApiOkResponse({ type: EventTypeAnswer, description: 'The event type as it is now.' })
  @Refuses(...bodyRefusals, 'event_type_not_found')
  async update(
    @Param('name') name: string,
    @Body() body: UpdateEventType,
    @Source() source: AuditSource,
  ): Promise<EventTypeAnswer> {
    return eventTypeAnswer(await this.eventTypes.update(name, body, checkSchema, source));
  }

  @Delete(':name')
  @NameParameter()
  @HttpCode(204)
  @Roles('admin')
  @ApiOperation({
    operationId: 'deleteEventType',
    summary: 'Take an event type out of the catalog',
    description: 'Events of it that were emitted stay as they are. To refuse new ones, archive it instead.',
  })
  @ApiNoContentResponse({ description: 'It is gone.' })
  @Refuses('event_type_not_found')
  async delete(@Param('name') name: string, @Source() source: AuditSource): Promise<void> {
    await this.eventTypes.delete(name, source);
  }
}

function newEventType({ name, ...body }: CreateEventType): { name: string; fields: EventTypeFields } {
  const { description = '', schema = null, example = null, examples = null, archived = false } = body;
  const { group = null, version = null, validation = 'off' } = body;
  return { name, fields: { description, schema, example, examples, group, version, validation, archived } };
}

function eventTypeAnswer({ name, description, schema, example, ...rest }: EventTypeEntity): EventTypeAnswer {
  const { examples, group, version, validation, archived, createdAt, updatedAt } = rest;
  return {
    ...{ name, description, group, version, schema, validation },
    ...{ example, examples: examples ?? [], archived, createdAt, updatedAt },
  };
}
