/**
 * The parts that keep an installation running for years, put together: what is measured, what is checked, what upkeep does.
 * They have connections of their own, so that neither waits for the other: a busy hot path does not make a process
 * unready, and dropping a day keeps no emit waiting.
 */
import type { Provider } from '@nestjs/common';
import type { Settings } from './config.js';
import { Dispatching, type DispatchingVitals } from './dispatching.js';
import { OperationalEvents } from './intake/operational-events.js';
import { ReferenceQueue } from './queue/reference-queue.js';
import { readinessChecks } from './readiness-checks.js';
import { DatabaseClock } from './store/clock.js';
import { Database } from './store/database.js';
import { toAll, type LaneListener } from './store/lane-listener.js';
import { log } from './telemetry/log.js';
import { Metrics } from './telemetry/metrics.js';
import { showProcess } from './telemetry/process-gauges.js';
import { Readiness } from './telemetry/readiness.js';
import { Scrape } from './telemetry/scrape.js';
import { findStalls } from './telemetry/stalls.js';
import type { Tracing } from './telemetry/tracing.js';
import { laneAudit } from './upkeep/lane-audit.js';
import { Upkeep } from './upkeep/upkeep.js';
import { upkeepTaskNames, upkeepTasks } from './upkeep/tasks.js';

/** Injection tokens. */
export const UPKEEP_DATABASE = Symbol('upkeep database');
export const LANE_LISTENER = Symbol('lane listener');
export const TRACING = Symbol('tracing');

/** One for a task that takes long, one for readiness, one for a scrape. */
const UPKEEP_POOL_SIZE = 3;

export function operations(settings: Settings & { databaseUrl: string }): Provider[] {
  return [
    {
      provide: UPKEEP_DATABASE,
      useFactory: () =>
        new Database({
          url: settings.databaseUrl,
          poolSize: UPKEEP_POOL_SIZE,
          applicationName: 'posthorn upkeep',
        }),
    },
    { provide: Metrics, useFactory: () => new Metrics(settings.role, upkeepTaskNames) },
    {
      provide: TRACING,
      // Loaded here and nowhere else: without an endpoint, OpenTelemetry is not even read from the disk.
      useFactory: async (): Promise<Tracing | undefined> => {
        if (settings.traceEndpoint === undefined) return undefined;
        const { startTracing } = await import('./telemetry/otlp-tracing.js');
        return startTracing({
          endpoint: settings.traceEndpoint,
          samplePercent: settings.traceSamplePercent,
          role: settings.role,
        });
      },
    },
    {
      provide: LANE_LISTENER,
      useFactory: (database: Database, clock: DatabaseClock, metrics: Metrics, news: OperationalEvents) =>
        toAll([laneAudit(database, clock), counting(metrics), news], (error) =>
          log.warn({ reason: (error as Error).message }, 'endpoint.change_not_told'),
        ),
      inject: [UPKEEP_DATABASE, DatabaseClock, Metrics, OperationalEvents],
    },
    {
      provide: Upkeep,
      useFactory: (database: Database, clock: DatabaseClock, listener: LaneListener, metrics: Metrics) =>
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
      inject: [UPKEEP_DATABASE, DatabaseClock, LANE_LISTENER, Metrics],
    },
    {
      provide: Readiness,
      useFactory: (
        database: Database,
        clock: DatabaseClock,
        queue: ReferenceQueue,
        dispatching: Dispatching | undefined,
      ) => new Readiness(readinessChecks({ settings, database, clock, queue, dispatching })),
      inject: [UPKEEP_DATABASE, DatabaseClock, ReferenceQueue, { token: Dispatching, optional: true }],
    },
    {
      provide: Scrape,
      useFactory: (
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
        Metrics,
        UPKEEP_DATABASE,
        Database,
        DatabaseClock,
        ReferenceQueue,
        { token: Dispatching, optional: true },
      ],
    },
  ];
}

function counting(metrics: Metrics): LaneListener {
  return {
    circuitChanged: ({ change }) => metrics.countCircuitChange(change.to),
    endpointFailing: () => undefined,
    endpointDisabled: ({ reason }) => metrics.countDisabled(reason),
  };
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
