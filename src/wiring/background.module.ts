/**
 * What goes on in the background of every role: upkeep, replays, broadcasts. Whichever process comes first takes the next
 * piece of it from the ledger. And the waiting requests of listeners, which end with the process that they reached.
 */
import { Module } from '@nestjs/common';
import { BroadcastRunner } from '../broadcast/broadcast-runner.js';
import { SETTINGS, type Settings } from '../config.js';
import { Emitter } from '../intake/emitter.js';
import { matches } from '../intake/fan-out.js';
import { PickUp } from '../listen/pick-up.js';
import { ReplayRunner } from '../replay/replay-many.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import type { LaneListener } from '../store/lane-listener.js';
import { LaneWaker } from '../store/lane-waker.js';
import { log } from '../telemetry/log.js';
import { Metrics } from '../telemetry/metrics.js';
import { upkeepTasks } from '../upkeep/tasks.js';
import { Upkeep } from '../upkeep/upkeep.js';
import { UPKEEP_DATABASE } from './foundation.module.js';
import { IntakeModule } from './intake.module.js';
import { LANE_LISTENER, OperationalEventsModule } from './operational-events.module.js';
import { TelemetryModule } from './telemetry.module.js';

@Module({
  imports: [IntakeModule, OperationalEventsModule, TelemetryModule],
  providers: [
    {
      provide: Upkeep,
      useFactory: (
        settings: Settings,
        database: Database,
        clock: DatabaseClock,
        listener: LaneListener,
        metrics: Metrics,
      ) =>
        new Upkeep(
          upkeepTasks({
            database,
            clock,
            settings,
            listener,
            log,
            expired: ({ deliveries }) => metrics.countExpired(deliveries),
            dropped: (table) => metrics.countDropped(table),
          }),
          database,
          log,
          (task) => metrics.countUpkeepFailure(task),
        ),
      inject: [SETTINGS, UPKEEP_DATABASE, DatabaseClock, LANE_LISTENER, Metrics],
    },
    {
      provide: ReplayRunner,
      useFactory: (database: Database, clock: DatabaseClock, waker: LaneWaker) =>
        new ReplayRunner({ database, clock, waker, matches, log }),
      inject: [Database, DatabaseClock, LaneWaker],
    },
    {
      provide: BroadcastRunner,
      useFactory: (database: Database, emitter: Emitter) =>
        new BroadcastRunner({ database, emit: (request) => emitter.emit(request), matches, log }),
      inject: [Database, Emitter],
    },
    {
      provide: PickUp,
      useFactory: (database: Database) => new PickUp(database, log),
      inject: [Database],
    },
  ],
  exports: [Upkeep, ReplayRunner, BroadcastRunner, PickUp],
})
export class BackgroundModule {}
