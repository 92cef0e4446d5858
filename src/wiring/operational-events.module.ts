/** Who is told what became of endpoints and deliveries: the audit log, the metrics, and whoever subscribes to it as an event. */
import { Module } from '@nestjs/common';
import { Emitter } from '../intake/emitter.js';
import { OperationalEvents } from '../intake/operational-events.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import { toAll, type LaneListener } from '../store/lane-listener.js';
import { log } from '../telemetry/log.js';
import { Metrics } from '../telemetry/metrics.js';
import { laneAudit } from '../upkeep/lane-audit.js';
import { UPKEEP_DATABASE } from './foundation.module.js';
import { IntakeModule } from './intake.module.js';
import { TelemetryModule } from './telemetry.module.js';

/** The {@link LaneListener} that tells them all. */
export const LANE_LISTENER = Symbol('lane listener');

@Module({
  imports: [IntakeModule, TelemetryModule],
  providers: [
    {
      provide: OperationalEvents,
      useFactory: (database: Database, emitter: Emitter) => new OperationalEvents({ database, emitter, log }),
      inject: [Database, Emitter],
    },
    {
      provide: LANE_LISTENER,
      useFactory: (database: Database, clock: DatabaseClock, metrics: Metrics, news: OperationalEvents) =>
        toAll([laneAudit(database, clock), counting(metrics), news], (error) =>
          log.warn({ reason: (error as Error).message }, 'endpoint.change_not_told'),
        ),
      inject: [UPKEEP_DATABASE, DatabaseClock, Metrics, OperationalEvents],
    },
  ],
  exports: [OperationalEvents, LANE_LISTENER],
})
export class OperationalEventsModule {}

function counting(metrics: Metrics): LaneListener {
  return {
    circuitChanged: ({ change }) => metrics.countCircuitChange(change.to),
    endpointFailing: () => undefined,
    endpointDisabled: ({ reason }) => metrics.countDisabled(reason),
  };
}
