/**
 * Liveness is that this process answers. What it depends on is readiness' business, so that a database outage restarts
 * nobody. Both answer without a key: they are asked by orchestrators and say nothing about customers.
 */
import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readiness } from '../../telemetry/readiness.js';
import { Public } from '../roles.js';
import { HealthAnswer, ReadinessAnswer } from './health.dto.js';

@ApiTags('Operations')
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('healthz')
  @Public()
  @ApiOperation({ operationId: 'getHealth', summary: 'Tell that the process is alive', security: [] })
  @ApiOkResponse({ type: HealthAnswer })
  health(): HealthAnswer {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public()
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Tell whether the process does its work, and if not, why',
    security: [],
  })
  @ApiOkResponse({ type: ReadinessAnswer })
  @ApiServiceUnavailableResponse({ type: ReadinessAnswer })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessAnswer> {
    const { ready, reasons, warnings, checks } = await this.readiness.current();
    void reply.status(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'unready', reasons, warnings, checks };
  }
}
