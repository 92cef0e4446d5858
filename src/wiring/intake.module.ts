/** Emit: what commits events with their deliveries, and hands what it committed to the window. */
import { Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config.js';
import { Emitter } from '../intake/emitter.js';
import { DELIVER_AHEAD_DAYS_MAX } from '../intake/event-times.js';
import { TenantDirectory } from '../intake/tenant-directory.js';
import { QueueModule } from '../queue/queue.module.js';
import { RequestRateLimiter } from '../queue/rate-limiter.js';
import { ReferenceQueue } from '../queue/reference-queue.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import { LaneWaker } from '../store/lane-waker.js';
import { Metrics } from '../telemetry/metrics.js';
import type { Tracing } from '../telemetry/tracing.js';
import { retentionPolicy } from '../upkeep/retention-policy.js';
import { TelemetryModule, TRACING } from './telemetry.module.js';

@Module({
  imports: [QueueModule, TelemetryModule],
  providers: [
    {
      provide: TenantDirectory,
      useFactory: (database: Database, settings: Settings) => new TenantDirectory(database, settings),
      inject: [Database, SETTINGS],
    },
    {
      provide: Emitter,
      useFactory: (
        settings: Settings,
        database: Database,
        directory: TenantDirectory,
        clock: DatabaseClock,
        queue: ReferenceQueue,
        waker: LaneWaker,
        metrics: Metrics,
        tracing: Tracing | undefined,
        rateLimiter: RequestRateLimiter,
      ) =>
        new Emitter({
          observe: (items, waitedMs, tookMs) => metrics.countGroup('emit', items, waitedMs, tookMs),
          observeEmit: (result, deliveries) => metrics.countEmit(result, deliveries),
          ...(tracing && { tracing }),
          database,
          directory,
          clock,
          leaseSlackMs: settings.leaseSlackMs,
          deliverAheadDaysMax: Math.min(DELIVER_AHEAD_DAYS_MAX, retentionPolicy(settings).keptDays),
          rateLimiter,
          window: {
            get room() {
              return queue.room;
            },
            get backlogRoom() {
              return queue.backlogRoom;
            },
            enqueue: (references) => queue.enqueue(references),
            wake: (endpointIds) => {
              for (const endpointId of endpointIds) waker.wake(endpointId, 0);
            },
          },
        }),
      inject: [
        SETTINGS,
        Database,
        TenantDirectory,
        DatabaseClock,
        ReferenceQueue,
        LaneWaker,
        Metrics,
        TRACING,
        RequestRateLimiter,
      ],
    },
  ],
  exports: [Emitter],
})
export class IntakeModule {}
