/** Events and deliveries: what comes in, what goes out, and the log of both. */
import type { Provider } from '@nestjs/common';
import { ApiPool } from '../store/api-pool.js';
import { DatabaseClock } from '../store/clock.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { DeliveryActions } from './deliveries/delivery-actions.js';
import { EmitController } from './events/emit.controller.js';
import { EventsController } from './events/events.controller.js';

export const trafficControllers = [EmitController, EventsController, DeliveriesController];

export const traffic: Provider[] = [
  {
    provide: DeliveryActions,
    useFactory: (pool: ApiPool, clock: DatabaseClock) => new DeliveryActions(pool, clock),
    inject: [ApiPool, DatabaseClock],
  },
];
