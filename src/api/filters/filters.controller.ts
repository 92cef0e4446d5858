/** Trying a filter out before an endpoint has it. Nothing is stored, and nothing is sent. */
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Filter, FilteredEvent } from '../../model/filter.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Roles } from '../roles.js';
import { FilterVerdict, TestFilter } from './filter.dto.js';

/** What a sample is without a type of its own. */
const SAMPLE_TYPE = 'sample';

@ApiTags('Endpoints')
@Controller('v1/filters')
export class FiltersController {
  @Post('test')
  @HttpCode(200)
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'testFilter', summary: 'Try a filter on a sample event' })
  @ApiOkResponse({ type: FilterVerdict, description: 'Whether it matches, or what is wrong with it.' })
  @Refuses(...bodyRefusals)
  test(@Body() { filter, event }: TestFilter): FilterVerdict {
    const read = Filter.read(filter);
    if ('problems' in read) return { matches: false, problems: read.problems };
    const { type = SAMPLE_TYPE, data = null, tags } = event;
    const sample = new FilteredEvent({ type, data: JSON.stringify(data), tags });
    return { matches: read.filter.matches(sample), problems: [] };
  }
}
