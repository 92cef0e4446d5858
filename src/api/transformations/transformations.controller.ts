/** Trying a transformation out before an endpoint has it. Nothing is stored, and nothing is sent. */
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PosthornError } from '../../errors.js';
import type { JsonValue } from '../../model/json.js';
import { Transformer } from '../../transformation/transformer.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Roles } from '../roles.js';
import { TestTransformation, TransformationOutcome } from './transformation.dto.js';

/** All trials together take the turns of one endpoint, so that they never hold up deliveries. */
const TRIALS = 'trials';
const WAIT_MS = 5_000;

@ApiTags('Endpoints')
@Controller('v1/transformations')
export class TransformationsController {
  constructor(private readonly transformer: Transformer) {}

  @Post('test')
  @HttpCode(200)
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'testTransformation', summary: 'Try a transformation on a sample event' })
  @ApiOkResponse({ type: TransformationOutcome, description: 'The body, or what is wrong.' })
  @Refuses(...bodyRefusals, 'rate_limited')
  async test(@Body() { transformation, event }: TestTransformation): Promise<TransformationOutcome> {
    const { type = 'sample', data = null, tags = [] } = event;
    const sample = { id: 'evt_019ab1c2d3e47f508192a3b4c5d6e7f8', type, timestamp: SAMPLE_TIME, tags, data };
    const made = await this.transformer.transform(TRIALS, transformation, JSON.stringify(sample), WAIT_MS);
    switch (made.kind) {
      case 'body':
        return { body: JSON.parse(made.body) as JsonValue, error: null };
      case 'problem':
        return { body: null, error: made.message };
      case 'unavailable':
        throw new PosthornError('rate_limited', 'Too many transformations are being tried.', {
          retryAfterSeconds: 5,
        });
    }
  }
}

const SAMPLE_TIME = '2026-11-21T09:30:00.000Z';
