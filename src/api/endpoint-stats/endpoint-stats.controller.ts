/** How an endpoint is doing, in figures. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PosthornError } from '../../errors.js';
import { ApiPool } from '../../store/api-pool.js';
import { DatabaseClock } from '../../store/clock.js';
import { readEndpointStats, type EndpointStats } from '../../store/endpoint-stats.js';
import { endpointUuid } from '../../store/find-endpoint.js';
import { tenantOfEndpoint } from '../../store/replay-scope.js';
import { TenantStore } from '../../store/tenants.js';
import { EndpointParameter, TenantParameter } from '../parameters.js';
import { Refuses } from '../refuses.js';
import { TenantReference } from '../request.js';
import { Roles } from '../roles.js';
import { EndpointStatsAnswer, StatsQuery, statsWindowsMs, type StatsWindow } from './endpoint-stats.dto.js';

@ApiTags('Endpoints')
@TenantParameter()
@EndpointParameter()
@Controller('v1/tenants/:tenant/endpoints/:endpoint/stats')
export class EndpointStatsController {
  constructor(
    private readonly pool: ApiPool,
    private readonly clock: DatabaseClock,
    private readonly tenants: TenantStore,
  ) {}

  @Get()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({
    operationId: 'getEndpointStats',
    summary: 'Show an endpoint’s figures',
    description:
      'Success rate, latency and backlog. The cost is bounded: of a busy endpoint only the newest deliveries are looked at, and `sampled` says so.',
  })
  @ApiOkResponse({ type: EndpointStatsAnswer, description: 'The figures.' })
  @Refuses('validation_failed', 'tenant_not_found', 'endpoint_not_found')
  async get(
    @TenantReference() reference: string,
    @Param('endpoint') endpoint: string,
    @Query() { window = '24h' }: StatsQuery,
  ): Promise<EndpointStatsAnswer> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const endpointId = endpointUuid(endpoint);
    if ((await tenantOfEndpoint(this.pool, endpointId)) !== tenantId) {
      throw new PosthornError('endpoint_not_found');
    }
    const stats = await readEndpointStats(this.pool, endpointId, statsWindowsMs[window], this.clock.nowMs());
    return statsAnswer(window, stats);
  }
}

function statsAnswer(window: StatsWindow, stats: EndpointStats): EndpointStatsAnswer {
  const { attempts, succeeded } = stats;
  return {
    window,
    ...stats,
    failed: attempts - succeeded,
    successRate: attempts === 0 ? null : succeeded / attempts,
  };
}
