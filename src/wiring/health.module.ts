/**
 * How a process says how it is: to an orchestrator (readiness) and to Prometheus (a scrape). In a process that
 * dispatches, both ask the dispatcher too.
 */
import { Module, type DynamicModule } from '@nestjs/common';
import { SETTINGS, type Role, type Settings } from '../config.js';
import { QueueModule } from '../queue/queue.module.js';
import { ReferenceQueue } from '../queue/reference-queue.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import { Metrics } from '../telemetry/metrics.js';
import { showProcess } from '../telemetry/process-gauges.js';
import { Readiness } from '../telemetry/readiness.js';
import { Scrape } from '../telemetry/scrape.js';
import { findStalls } from '../telemetry/stalls.js';
import { DispatchingModule } from './dispatching.module.js';
import { Dispatching, type DispatchingVitals } from './dispatching.js';
import { UPKEEP_DATABASE } from './foundation.module.js';
import { readinessChecks } from './readiness-checks.js';
import { TelemetryModule } from './telemetry.module.js';

@Module({
  imports: [QueueModule, TelemetryModule],
  providers: [
    {
      provide: Readiness,
      useFactory: (
        settings: Settings,
        database: Database,
        clock: DatabaseClock,
        queue: ReferenceQueue,
        dispatching: Dispatching | undefined,
      ) => new Readiness(readinessChecks({ settings, database, clock, queue, dispatching })),
      inject: [
        SETTINGS,
        UPKEEP_DATABASE,
        DatabaseClock,
        ReferenceQueue,
        { token: Dispatching, optional: true },
      ],
    },
    {
      provide: Scrape,
      useFactory: (
        settings: Settings,
        metrics: Metrics,
        database: Database,
        hotPath: Database,
        clock: DatabaseClock,
        queue: ReferenceQueue,
        dispatching: Dispatching | undefined,
      ) => {
        showProcess(metrics, {
          queue: () => queue.state,
          pool: () => ({
            total: hotPath.pool.totalCount,
            idle: hotPath.pool.idleCount,
            waiting: hotPath.pool.waitingCount,
            max: settings.databasePoolSize,
          }),
          clockSkewMs: () => clock.skewMs,
          dispatching: () => dispatching && readingsOf(dispatching.vitals, settings),
        });
        return new Scrape(metrics, database, clock);
      },
      inject: [
        SETTINGS,
        Metrics,
        UPKEEP_DATABASE,
        Database,
        DatabaseClock,
        ReferenceQueue,
        { token: Dispatching, optional: true },
      ],
    },
  ],
  exports: [Readiness, Scrape],
})
export class HealthModule {
  static forRole(role: Role): DynamicModule {
    return { module: HealthModule, imports: role === 'api' ? [] : [DispatchingModule] };
  }
}

/** However it came to a standstill, it is one figure: an alert needs no more, and /readyz says which way it was. */
function readingsOf(vitals: DispatchingVitals, settings: Pick<Settings, 'inFlightMax' | 'stalledAfterMs'>) {
  const stalls = findStalls(vitals, settings).map(({ forMs }) => forMs);
  return {
    ...vitals,
    inFlightMax: settings.inFlightMax,
    stalledMs: Math.max(vitals.stalledMs, ...stalls),
  };
}
