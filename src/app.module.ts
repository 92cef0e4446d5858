/**
 * The only place where the parts are put together. Every role has the API's store and the queue's producer; only a
 * dispatcher has lanes, worker and scheduler; only an API answers more than health checks.
 */
import { hostname } from 'node:os';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiModule } from './api/api.module.js';
import { BroadcastRunner } from './broadcast/broadcast-runner.js';
import { SETTINGS, type Settings } from './config.js';
import { Dispatcher } from './dispatcher/dispatcher.js';
import { Membership } from './dispatcher/membership.js';
import { Dispatching } from './dispatching.js';
import { AddressPolicy } from './egress/address-policy.js';
import { Egress } from './egress/egress.js';
import { UrlPolicy } from './egress/url-policy.js';
import { Emitter } from './intake/emitter.js';
import { DELIVER_AHEAD_DAYS_MAX } from './intake/event-times.js';
import { matches } from './intake/fan-out.js';
import { OperationalEvents } from './intake/operational-events.js';
import { TenantDirectory } from './intake/tenant-directory.js';
import { Lifecycle } from './lifecycle.js';
import { HandOver } from './listen/hand-over.js';
import { PickUp } from './listen/pick-up.js';
import { newUuid } from './model/id.js';
import { LANE_LISTENER, operations, TRACING } from './operations.js';
import { QueueModule } from './queue/queue.module.js';
import { RequestRateLimiter } from './queue/rate-limiter.js';
import { ReferenceQueue } from './queue/reference-queue.js';
import { ReferenceWorker } from './queue/reference-worker.js';
import { ReplayRunner } from './replay/replay-many.js';
import { Scheduler } from './scheduler/scheduler.js';
import { DatabaseClock } from './store/clock.js';
import { Database } from './store/database.js';
import { entities } from './store/entities/index.js';
import type { LaneListener } from './store/lane-listener.js';
import { LaneWaker } from './store/lane-waker.js';
import { Sealer } from './store/sealing.js';
import { log } from './telemetry/log.js';
import { Metrics } from './telemetry/metrics.js';
import { Readiness } from './telemetry/readiness.js';
import { Scrape } from './telemetry/scrape.js';
import type { Tracing } from './telemetry/tracing.js';
import { Transformer } from './transformation/transformer.js';
import { retentionPolicy } from './upkeep/retention-policy.js';
import { USER_AGENT } from './version.js';

/** Settings of a process that runs: it knows its database, and the key that seals secrets. */
export type RunningSettings = Settings & { databaseUrl: string; encryptionKey: Buffer[] };

@Module({})
export class AppModule {
  static forRoot(settings: RunningSettings): DynamicModule {
    const dispatches = settings.role !== 'api';
    return {
      module: AppModule,
      global: true,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: settings.databaseUrl,
          entities,
          poolSize: Math.ceil(settings.databasePoolSize / 2),
          applicationName: 'posthorn api',
          extra: {
            options: `-c statement_timeout=${API_STATEMENT_TIMEOUT_MS}`,
            connectionTimeoutMillis: 5_000,
          },
          retryAttempts: 0,
        }),
        QueueModule.forRoot(settings, log),
        ApiModule.forRole(settings.role),
      ],
      providers: [
        ...shared(settings),
        ...operations(settings),
        ...(dispatches ? dispatcher(settings) : []),
        Lifecycle,
      ],
      exports: [
        SETTINGS,
        Database,
        DatabaseClock,
        Sealer,
        AddressPolicy,
        UrlPolicy,
        Emitter,
        RequestRateLimiter,
        LaneWaker,
        ReplayRunner,
        BroadcastRunner,
        PickUp,
        Readiness,
        Scrape,
        Transformer,
      ],
    };
  }
}

/** A log page or a search gives up after this long, rather than holding one of the API's few connections. */
const API_STATEMENT_TIMEOUT_MS = 10_000;

function shared(settings: RunningSettings): Provider[] {
  return [
    { provide: SETTINGS, useValue: settings },
    DatabaseClock,
    {
      provide: Database,
      useFactory: () =>
        new Database({
          url: settings.databaseUrl,
          poolSize: settings.databasePoolSize,
          applicationName: 'posthorn',
        }),
    },
    { provide: Transformer, useFactory: () => new Transformer() },
    { provide: Sealer, useFactory: () => new Sealer(settings.encryptionKey) },
    {
      provide: AddressPolicy,
      useFactory: () =>
        new AddressPolicy({
          allowedSubnets: settings.egressAllowedSubnets,
          deniedSubnets: settings.egressDeniedSubnets,
        }),
    },
    {
      provide: UrlPolicy,
      useFactory: (addresses: AddressPolicy) =>
        new UrlPolicy({
          addresses,
          allowHttp: settings.egressAllowHttp,
          allowedPorts: settings.egressAllowedPorts,
        }),
      inject: [AddressPolicy],
    },
    {
      provide: LaneWaker,
      useFactory: (database: Database) => new LaneWaker(database, log),
      inject: [Database],
    },
    { provide: RequestRateLimiter, useFactory: () => new RequestRateLimiter(settings, log) },
    {
      provide: TenantDirectory,
      useFactory: (database: Database) => new TenantDirectory(database, settings),
      inject: [Database],
    },
    {
      provide: Emitter,
      useFactory: (
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
    {
      provide: OperationalEvents,
      useFactory: (database: Database, emitter: Emitter) => new OperationalEvents({ database, emitter, log }),
      inject: [Database, Emitter],
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
  ];
}

function dispatcher(settings: RunningSettings): Provider[] {
  return [
    {
      provide: Egress,
      useFactory: (addressPolicy: AddressPolicy) =>
        new Egress({
          addressPolicy,
          allowHttp: settings.egressAllowHttp,
          ...(settings.egressAllowedPorts !== undefined && { allowedPorts: settings.egressAllowedPorts }),
          ...EGRESS_BOUNDS,
          ...(settings.egressProxyUrl !== undefined && { proxyUrl: settings.egressProxyUrl }),
        }),
      inject: [AddressPolicy],
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
      useFactory: (dispatcher: Dispatcher) =>
        new ReferenceWorker(settings, (references) => dispatcher.take(references), log),
      inject: [Dispatcher],
    },
    {
      provide: Scheduler,
      useFactory: (
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
      inject: [Database, ReferenceQueue, LaneWaker, Dispatcher, Membership, Metrics],
    },
    Dispatching,
  ];
}

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
