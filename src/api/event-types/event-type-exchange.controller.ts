/** The catalog in and out as an OpenAPI document, to keep it beside the code that emits, or to move it here from elsewhere. */
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  fromOpenApi,
  toOpenApi,
  type CatalogEntry,
  type WebhookProblem,
} from '../../model/openapi-webhooks.js';
import type { AuditSource } from '../../store/audit.js';
import { EventTypeStore } from '../../store/event-types.js';
import { VERSION } from '../../version.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Source } from '../request.js';
import { Roles } from '../roles.js';
import { validationFailed } from '../validation.js';
import {
  DESCRIPTION_LENGTH_MAX,
  EXAMPLE_BYTES_MAX,
  EXAMPLES_MAX,
  GROUP_LENGTH_MAX,
  SCHEMA_BYTES_MAX,
  VERSION_LENGTH_MAX,
} from './event-type.dto.js';
import { ImportedEventTypes, ImportEventTypes } from './event-type-exchange.dto.js';
import { schemaProblems } from './event-type-schema.js';

/** They are changed in one transaction, which emits would feel. */
const EVENT_TYPES_MAX = 1_000;

@ApiTags('Event types')
@Controller('v1/event-types')
export class EventTypeExchangeController {
  constructor(private readonly eventTypes: EventTypeStore) {}

  @Post('import')
  @HttpCode(200)
  @Roles('admin')
  @ApiOperation({
    operationId: 'importEventTypes',
    summary: 'Take event types from the webhooks of an OpenAPI document',
    description: 'All of them or, where one has a problem, none.',
  })
  @ApiOkResponse({ type: ImportedEventTypes, description: 'What was done, or with `dryRun` would be.' })
  @Refuses(...bodyRefusals)
  async import(@Body() body: ImportEventTypes, @Source() source: AuditSource): Promise<ImportedEventTypes> {
    const { entries, problems } = fromOpenApi(body.document);
    if (entries.length > EVENT_TYPES_MAX) {
      problems.push({ path: 'document.webhooks', message: `has more than ${EVENT_TYPES_MAX} event types` });
    }
    // Compiling schemas takes its time: not for a document that is refused already.
    if (problems.length === 0) problems.push(...entries.flatMap(problemsOf));
    if (problems.length > 0) throw validationFailed(problems.slice(0, PROBLEMS_MAX));
    return this.eventTypes.importAll(entries, body.dryRun ?? false, source);
  }

  @Get('export')
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({
    operationId: 'exportEventTypes',
    summary: 'The catalog as the webhooks of an OpenAPI document',
  })
  @ApiOkResponse({
    description: 'An OpenAPI 3.1 document.',
    content: {
      'application/json': {
        schema: { type: 'object', additionalProperties: true },
        example: { openapi: '3.1.0', info: { title: 'Event catalog', version: '1' }, webhooks: {} },
      },
    },
  })
  @Refuses()
  async export(): Promise<object> {
    return toOpenApi(await this.eventTypes.all(), VERSION);
  }
}

const PROBLEMS_MAX = 100;

/** What the DTOs hold single entries to holds for these too. */
function problemsOf(entry: CatalogEntry): WebhookProblem[] {
  const { description, group, version, schema, example, examples } = entry;
  const tooLong = [
    ...(description.length > DESCRIPTION_LENGTH_MAX ? ['description'] : []),
    ...((group?.length ?? 0) > GROUP_LENGTH_MAX ? ['tags[0]'] : []),
    ...((version?.length ?? 0) > VERSION_LENGTH_MAX ? ['x-posthorn.version'] : []),
    ...(JSON.stringify(schema).length > SCHEMA_BYTES_MAX ? ['schema'] : []),
    ...(JSON.stringify([example, examples]).length > EXAMPLE_BYTES_MAX ? ['examples'] : []),
    ...((examples?.length ?? 0) > EXAMPLES_MAX ? ['examples'] : []),
  ].map((path) => ({ path, message: 'is too long' }));
  const problems = tooLong.length > 0 ? tooLong : schemaProblems(entry);
  return problems.map(({ path, message }) => ({
    path: `document.webhooks.${entry.name}`,
    message: `${path} ${message}`,
  }));
}
