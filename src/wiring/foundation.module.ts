/**
 * What every role stands on, and so the one module that is global: settings, clock, connections to the database, the
 * key that seals secrets, which addresses may be called, and what wakes lanes and counts requests.
 */
import { Module, type DynamicModule } from '@nestjs/common';
import { SETTINGS, type RunningSettings } from '../config.js';
import { AddressPolicy } from '../egress/address-policy.js';
import { UrlPolicy } from '../egress/url-policy.js';
import { RequestRateLimiter } from '../queue/rate-limiter.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import { LaneWaker } from '../store/lane-waker.js';
import { Sealer } from '../store/sealing.js';
import { log } from '../telemetry/log.js';
import { Transformer } from '../transformation/transformer.js';

/**
 * Connections of their own for what keeps an installation running for years, so that neither waits for the other: a busy
 * hot path does not make a process unready, and dropping a day keeps no emit waiting.
 */
export const UPKEEP_DATABASE = Symbol('upkeep database');

/** One for a task that takes long, one for readiness, one for a scrape. */
const UPKEEP_POOL_SIZE = 3;

@Module({})
export class FoundationModule {
  static forRoot(settings: RunningSettings): DynamicModule {
    return {
      module: FoundationModule,
      global: true,
      providers: [
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
        {
          provide: UPKEEP_DATABASE,
          useFactory: () =>
            new Database({
              url: settings.databaseUrl,
              poolSize: UPKEEP_POOL_SIZE,
              applicationName: 'posthorn upkeep',
            }),
        },
        { provide: Sealer, useFactory: () => new Sealer(settings.encryptionKey) },
        { provide: Transformer, useFactory: () => new Transformer() },
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
      ],
      exports: [
        SETTINGS,
        DatabaseClock,
        Database,
        UPKEEP_DATABASE,
        Sealer,
        Transformer,
        AddressPolicy,
        UrlPolicy,
        LaneWaker,
        RequestRateLimiter,
      ],
    };
  }
}
