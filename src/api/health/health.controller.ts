/** Liveness: this process answers. What it depends on is readiness' business, so that a database outage restarts nobody. */
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../roles.js';
import { HealthAnswer } from './health.dto.js';

@ApiTags('Operations')
@Controller('healthz')
export class HealthController {
  @Get()
  @Public()
  @ApiOperation({ operationId: 'getHealth', summary: 'Tell that the process is alive', security: [] })
  @ApiOkResponse({ type: HealthAnswer })
  health(): HealthAnswer {
    return { status: 'ok' };
  }
}
