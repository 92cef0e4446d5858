/** Parameters that several paths have, for the API reference. */
import { ApiParam } from '@nestjs/swagger';

/** `@TenantReference()` hands it to the route. */
export const TenantParameter = () =>
  ApiParam({
    name: 'tenant',
    description: 'The tenant’s id, or its externalId (percent-encoded).',
    example: 'acme',
  });

export const EndpointParameter = () =>
  ApiParam({
    name: 'endpoint',
    description: 'The endpoint’s id.',
    example: 'ep_019ab1c2d3e47f508192a3b4c5d6e7f8',
  });

export const ListenerParameter = () =>
  ApiParam({
    name: 'listener',
    description: 'The listener’s id.',
    example: 'lsn_019ab1c2d3e47f508192a3b4c5d6e7f8',
  });

export const EventParameter = () =>
  ApiParam({
    name: 'event',
    description: 'The event’s id.',
    example: 'evt_019ab1c2d3e47f508192a3b4c5d6e7f8',
  });

export const DeliveryParameter = () =>
  ApiParam({
    name: 'delivery',
    description: 'The delivery’s id.',
    example: 'dlv_019ab1c2d3e47f508192a3b4c5d6e7f8',
  });

export const BroadcastParameter = () =>
  ApiParam({
    name: 'broadcast',
    description: 'The broadcast’s id.',
    example: 'bct_019ab1c2d3e47f508192a3b4c5d6e7f8',
  });

export const ReplayParameter = () =>
  ApiParam({
    name: 'replay',
    description: 'The replay’s id.',
    example: 'rpl_019ab1c2d3e47f508192a3b4c5d6e7f8',
  });
