/** What only the console asks for: how the whole is doing, endpoints of all tenants, names for ids. */
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PosthornError } from '../../errors.js';
import { fromPublicId, toPublicId, type IdPrefix } from '../../model/id.js';
import { OverviewStore } from '../../store/overview-store.js';
import { TenantStore } from '../../store/tenants.js';
import { PagePosition } from '../pagination.js';
import { reachableTenant, type Principal } from '../principal.js';
import { Refuses } from '../refuses.js';
import { Caller } from '../request.js';
import { Roles } from '../roles.js';
import { endpointOverview, OverviewReader } from './overview-reader.js';
import {
  EndpointOverviewPage,
  EndpointOverviewQuery,
  Labels,
  LabelsQuery,
  Overview,
  OverviewQuery,
} from './overview.dto.js';

const LABELS_MAX = 400;

@ApiTags('Console')
@Controller('v1/overview')
export class OverviewController {
  constructor(
    private readonly reader: OverviewReader,
    private readonly store: OverviewStore,
    private readonly tenants: TenantStore,
  ) {}

  @Get()
  @Roles('admin', 'support')
  @ApiOperation({ operationId: 'getOverview', summary: 'Show how deliveries fare over all tenants' })
  @ApiOkResponse({ type: Overview, description: 'At most five seconds old.' })
  @Refuses('validation_failed')
  async overview(@Query() { window = '24h' }: OverviewQuery, @Caller() caller: Principal): Promise<Overview> {
    if (caller.tenantId !== undefined) {
      throw new PosthornError(
        'forbidden',
        'This key is bound to one tenant; the overview is of all of them.',
      );
    }
    return this.reader.read(window);
  }

  @Get('endpoints')
  @Roles('admin', 'support')
  @ApiOperation({
    operationId: 'listAllEndpoints',
    summary: 'List endpoints of all tenants with how they fare, newest first',
  })
  @ApiOkResponse({ type: EndpointOverviewPage, description: 'A page of endpoints.' })
  @Refuses('validation_failed', 'cursor_invalid', 'tenant_not_found')
  async endpoints(
    @Query() query: EndpointOverviewQuery,
    @Caller() caller: Principal,
  ): Promise<EndpointOverviewPage> {
    const { limit, cursor, tenant, ...filter } = query;
    const tenantId =
      tenant === undefined ? caller.tenantId : await this.tenantId(reachableTenant(caller, tenant));
    const position = new PagePosition('overview_endpoints', { ...filter, tenantId });
    const rows = await this.store.endpoints(
      { ...filter, tenantId },
      { before: position.before(cursor), limit: limit + 1 },
    );
    return position.page(rows, limit, endpointOverview);
  }

  @Get('labels')
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({
    operationId: 'listLabels',
    summary: 'Tell the names of tenants and keys, and the URLs of endpoints, by their ids',
  })
  @ApiOkResponse({ type: Labels, description: 'Those that there are, deleted ones included.' })
  @Refuses('validation_failed')
  async labels(@Query() { ids }: LabelsQuery, @Caller() caller: Principal): Promise<Labels> {
    const asked = ids.split(',', LABELS_MAX);
    const found = await this.store.labels(
      { tenants: uuidsOf('ten', asked), endpoints: uuidsOf('ep', asked), keys: uuidsOf('key', asked) },
      caller.tenantId,
    );
    return {
      data: [
        ...found.keys.map(({ id, name }) => ({ id: toPublicId('key', id), name, description: null })),
        ...found.tenants.map(({ id, name }) => ({ id: toPublicId('ten', id), name, description: null })),
        ...found.endpoints.map(({ id, url, description }) => ({
          id: toPublicId('ep', id),
          name: url,
          description,
        })),
      ],
    };
  }

  private async tenantId(reference: string): Promise<string> {
    return (await this.tenants.resolveTenant(reference)).id;
  }
}

function uuidsOf(prefix: IdPrefix, ids: string[]): string[] {
  return ids.map((id) => fromPublicId(prefix, id.trim())).filter((uuid) => uuid !== undefined);
}
