/** Test events: a customer tries an endpoint out. */
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PosthornError } from '../../errors.js';
import { TestEvents } from '../../intake/test-event.js';
import { ApiPool } from '../../store/api-pool.js';
import { findDelivery } from '../../store/delivery-log.js';
import { endpointUuid } from '../../store/find-endpoint.js';
import { TenantStore } from '../../store/tenants.js';
import { deliveryDetailsAnswer } from '../deliveries/delivery-mapping.js';
import { DeliveryDetailsAnswer } from '../deliveries/delivery.dto.js';
import { EndpointParameter, TenantParameter } from '../parameters.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { TenantReference } from '../request.js';
import { Roles } from '../roles.js';
import { SendTest } from './endpoint-test.dto.js';

@ApiTags('Endpoints')
@TenantParameter()
@EndpointParameter()
@Controller('v1/tenants/:tenant/endpoints/:endpoint/test')
export class EndpointTestsController {
  constructor(
    private readonly pool: ApiPool,
    private readonly tenants: TenantStore,
    private readonly tests: TestEvents,
  ) {}

  @Post()
  @HttpCode(202)
  @Roles('admin', 'support', 'portal:manage')
  @ApiOperation({
    operationId: 'sendTestEvent',
    summary: 'Send a test event',
    description:
      'Sends an event type’s example to this endpoint alone, the way everything is sent: signed, retried and logged. It carries the header `posthorn-test: true`. Without an example, a plain object is sent.',
  })
  @ApiAcceptedResponse({ type: DeliveryDetailsAnswer, description: 'The delivery, on its way.' })
  @Refuses(...bodyRefusals, 'tenant_not_found', 'endpoint_not_found', 'endpoint_disabled')
  async send(
    @TenantReference() reference: string,
    @Param('endpoint') endpoint: string,
    @Body() body: SendTest,
  ): Promise<DeliveryDetailsAnswer> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const deliveryId = await this.tests.send({
      tenantId,
      endpointId: endpointUuid(endpoint),
      type: body.type,
    });
    const delivery = await findDelivery(this.pool, deliveryId, tenantId);
    if (delivery === undefined) throw new PosthornError('endpoint_not_found');
    return deliveryDetailsAnswer(delivery);
  }
}
