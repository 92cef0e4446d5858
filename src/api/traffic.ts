/** Events and deliveries: what comes in, what goes out, and the log of both. */
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApiPool } from '../store/api-pool.js';
import { DatabaseClock } from '../store/clock.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { DeliveryActions } from './deliveries/delivery-actions.js';
import { EmitController } from './events/emit.controller.js';
import { EventsController } from './events/events.controller.js';

export const trafficControllers = [EmitController, EventsController, DeliveriesController];

export const traffic: Provider[] = [
  {
    provide: ApiPool,
    useFactory: (dataSource: DataSource) => new ApiPool(dataSource),
    inject: [DataSource],
  },
  {
    provide: DeliveryActions,
    useFactory: (dataSource: DataSource, clock: DatabaseClock) => new DeliveryActions(dataSource, clock),
    inject: [DataSource, DatabaseClock],
  },
];
