/** What only a process that dispatches has: lanes and attempts, the worker that feeds them, the scheduler. */
import { hostname } from 'node:os';
import { Module } from '@nestjs/common';
import { SETTINGS, type RunningSettings } from '../config.js';
import { Dispatcher } from '../dispatcher/dispatcher.js';
import { Membership } from '../dispatcher/membership.js';
import { AddressPolicy } from '../egress/address-policy.js';
import { Egress } from '../egress/egress.js';
import { OperationalEvents } from '../intake/operational-events.js';
import { HandOver } from '../listen/hand-over.js';
import { newUuid } from '../model/id.js';
import { QueueModule } from '../queue/queue.module.js';
import { ReferenceQueue } from '../queue/reference-queue.js';
import { ReferenceWorker } from '../queue/reference-worker.js';
import { Scheduler } from '../scheduler/scheduler.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import type { LaneListener } from '../store/lane-listener.js';
import { LaneWaker } from '../store/lane-waker.js';
import { Sealer } from '../store/sealing.js';
import { log } from '../telemetry/log.js';
import { Metrics } from '../telemetry/metrics.js';
import type { Tracing } from '../telemetry/tracing.js';
import { Transformer } from '../transformation/transformer.js';
import { USER_AGENT } from '../version.js';
import { Dispatching } from './dispatching.js';
import { LANE_LISTENER, OperationalEventsModule } from './operational-events.module.js';
import { TelemetryModule, TRACING } from './telemetry.module.js';

const EGRESS_BOUNDS = {
  /** A DNS change takes hold within this: no connection lives longer. */
  connectionAgeMsMax: 60_000,
  idleOriginMs: 10_000,
  /** Many endpoints may share an origin, and none may take the connections of another: the lanes are what limits. */
  connectionsPerOriginMax: 20_000,
  responseBodyBytesMax: 16_384,
  dnsTimeoutMs: 3_000,
  connectTimeoutMs: 5_000,
};

@Module({
  imports: [QueueModule, OperationalEventsModule, TelemetryModule],
  providers: [
    {
      provide: Egress,
      useFactory: (settings: RunningSettings, addressPolicy: AddressPolicy) =>
        new Egress({
          addressPolicy,
          allowHttp: settings.egressAllowHttp,
          ...(settings.egressAllowedPorts !== undefined && { allowedPorts: settings.egressAllowedPorts }),
          ...EGRESS_BOUNDS,
          ...(settings.egressProxyUrl !== undefined && { proxyUrl: settings.egressProxyUrl }),
        }),
      inject: [SETTINGS, AddressPolicy],
    },
    {
      provide: Membership,
      useFactory: (database: Database, clock: DatabaseClock) =>
        new Membership(database, newUuid(clock.nowMs()), `${hostname()} pid ${process.pid}`),
      inject: [Database, DatabaseClock],
    },
    {
      provide: Dispatcher,
      useFactory: (
        settings: RunningSettings,
        database: Database,
        clock: DatabaseClock,
        egress: Egress,
        sealer: Sealer,
        waker: LaneWaker,
        membership: Membership,
        transformer: Transformer,
        listener: LaneListener,
        news: OperationalEvents,
        metrics: Metrics,
        tracing: Tracing | undefined,
      ) =>
        new Dispatcher({
          listener,
          deliveryFailed: (delivery) => news.deliveryFailed(delivery),
          observe: (attempt) => metrics.countAttempt(attempt),
          observeRecords: (items, waitedMs, tookMs) => metrics.countGroup('record', items, waitedMs, tookMs),
          ...(tracing && { tracing }),
          database,
          clock,
          egress: new HandOver({ egress, database, clock, log }),
          sealer,
          waker,
          membership,
          transformer,
          settings,
          log,
          userAgent: USER_AGENT,
          ...(settings.publicUrl !== undefined && { publicUrl: settings.publicUrl.replace(/\/+$/, '') }),
        }),
      inject: [
        SETTINGS,
        Database,
        DatabaseClock,
        Egress,
        Sealer,
        LaneWaker,
        Membership,
        Transformer,
        LANE_LISTENER,
        OperationalEvents,
        Metrics,
        TRACING,
      ],
    },
    {
      provide: ReferenceWorker,
      useFactory: (settings: RunningSettings, dispatcher: Dispatcher) =>
        new ReferenceWorker(settings, (references) => dispatcher.take(references), log),
      inject: [SETTINGS, Dispatcher],
    },
    {
      provide: Scheduler,
      useFactory: (
        settings: RunningSettings,
        database: Database,
        queue: ReferenceQueue,
        waker: LaneWaker,
        dispatcher: Dispatcher,
        membership: Membership,
        metrics: Metrics,
      ) =>
        new Scheduler({
          observe: ({ claimed, tookMs }) => metrics.countLook(claimed, tookMs),
          database,
          queue,
          waker,
          settings,
          log,
          room: (endpointId, maxInFlight) => dispatcher.lanes.room(endpointId, maxInFlight),
          free: () => dispatcher.free,
          expect: (endpointId, count) => dispatcher.lanes.lane(endpointId).expect(count / membership.count),
          dispatchers: () => membership.count,
        }),
      inject: [SETTINGS, Database, ReferenceQueue, LaneWaker, Dispatcher, Membership, Metrics],
    },
    Dispatching,
  ],
  exports: [Dispatching],
})
export class DispatchingModule {}
