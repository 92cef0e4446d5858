/** Events and deliveries: what comes in, what goes out, and the log of both. */
import type { Provider } from '@nestjs/common';
import { BroadcastRequests } from '../broadcast/broadcast-requests.js';
import { BroadcastRunner } from '../broadcast/broadcast-runner.js';
import { Emitter } from '../intake/emitter.js';
import { ApiPool } from '../store/api-pool.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import { BroadcastsController } from './broadcasts/broadcasts.controller.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { DeliveryActions } from './deliveries/delivery-actions.js';
import { EmitController } from './events/emit.controller.js';
import { EventsController } from './events/events.controller.js';
import { PayloadReads } from './payload-reads.js';

export const trafficControllers = [
  EmitController,
  BroadcastsController,
  EventsController,
  DeliveriesController,
];

export const traffic: Provider[] = [
  {
    provide: PayloadReads,
    useFactory: (pool: ApiPool, clock: DatabaseClock) => new PayloadReads(pool, clock),
    inject: [ApiPool, DatabaseClock],
  },
  {
    provide: DeliveryActions,
    useFactory: (pool: ApiPool, clock: DatabaseClock) => new DeliveryActions(pool, clock),
    inject: [ApiPool, DatabaseClock],
  },
  {
    provide: BroadcastRequests,
    useFactory: (database: Database, clock: DatabaseClock, emitter: Emitter, runner: BroadcastRunner) =>
      new BroadcastRequests({
        database,
        clock,
        checkByCatalog: (event) => emitter.checkByCatalog(event),
        nudge: () => runner.nudge(),
      }),
    inject: [Database, DatabaseClock, Emitter, BroadcastRunner],
  },
];
