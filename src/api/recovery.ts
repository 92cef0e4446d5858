/** What is done about deliveries and endpoints afterwards: replays of many, test events, figures. */
import type { Provider } from '@nestjs/common';
import { Emitter } from '../intake/emitter.js';
import { matches } from '../intake/fan-out.js';
import { TestEvents } from '../intake/test-event.js';
import { ReplayRequests } from '../replay/replay-many-requests.js';
import { ReplayRunner } from '../replay/replay-many.js';
import { ApiPool } from '../store/api-pool.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import { EndpointStatsController } from './endpoint-stats/endpoint-stats.controller.js';
import { EndpointTestsController } from './endpoint-tests/endpoint-tests.controller.js';
import { ReplaysController } from './replays/replays.controller.js';

export const recoveryControllers = [ReplaysController, EndpointTestsController, EndpointStatsController];

/** As long as the API's connections let one statement take. */
const COUNT_MS_MAX = 10_000;

export const recovery: Provider[] = [
  {
    provide: ReplayRequests,
    useFactory: (database: Database, reading: ApiPool, clock: DatabaseClock, runner: ReplayRunner) =>
      new ReplayRequests({
        database,
        reading,
        clock,
        matches,
        nudge: () => runner.nudge(),
        countMsMax: COUNT_MS_MAX,
      }),
    inject: [Database, ApiPool, DatabaseClock, ReplayRunner],
  },
  {
    provide: TestEvents,
    useFactory: (database: Database, emitter: Emitter) => new TestEvents(database, emitter),
    inject: [Database, Emitter],
  },
];
