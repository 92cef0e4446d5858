/**
 * The API's controllers, what guards them, and the stores that serve them. Settings, clock and connections come from
 * src/wiring/foundation.module.ts, which is global, as is TypeORM's `DataSource`; what else of the inside they ask, the
 * composition root hands in.
 */
import {
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type ModuleMetadata,
  type Provider,
} from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { SETTINGS, type Role, type Settings } from '../config.js';
import { ApiKeyStore } from '../store/api-keys.js';
import { ApiPool } from '../store/api-pool.js';
import { AuditLog } from '../store/audit.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import { DeliveryCanceler } from '../store/endpoint-deletion.js';
import { EndpointStore } from '../store/endpoints.js';
import { EventTypeStore } from '../store/event-types.js';
import { OverviewStore } from '../store/overview-store.js';
import { Sealer } from '../store/sealing.js';
import { SecretStore } from '../store/secrets.js';
import { TenantStore } from '../store/tenants.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { AuthGuard } from './auth.guard.js';
import { EndpointsController } from './endpoints/endpoints.controller.js';
import { JwksController } from './endpoints/jwks.controller.js';
import { SecretsController } from './endpoints/secrets.controller.js';
import { EventTypeExchangeController } from './event-types/event-type-exchange.controller.js';
import { EventTypesController } from './event-types/event-types.controller.js';
import { HealthController } from './health/health.controller.js';
import { MetricsController } from './health/metrics.controller.js';
import { KeyRing } from './key-ring.js';
import { people, peopleControllers } from './people.js';
import { recovery, recoveryControllers } from './recovery.js';
import { RouteRulesCheck } from './roles.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { traffic, trafficControllers } from './traffic.js';
import { trialControllers } from './trials.js';

/** Answers in every role: orchestrators ask dispatchers too. */
const operations = [HealthController, MetricsController];

const api = [
  TenantsController,
  EventTypesController,
  EventTypeExchangeController,
  EndpointsController,
  SecretsController,
  JwksController,
  ApiKeysController,
  AuditController,
  ...trafficControllers,
  ...trialControllers,
  ...recoveryControllers,
  ...peopleControllers,
];

const stores: Provider[] = [
  {
    provide: ApiPool,
    useFactory: (dataSource: DataSource) => new ApiPool(dataSource),
    inject: [DataSource],
  },
  {
    provide: TenantStore,
    useFactory: (dataSource: DataSource, clock: DatabaseClock) => new TenantStore(dataSource, clock),
    inject: [DataSource, DatabaseClock],
  },
  {
    provide: EventTypeStore,
    useFactory: (dataSource: DataSource, clock: DatabaseClock) => new EventTypeStore(dataSource, clock),
    inject: [DataSource, DatabaseClock],
  },
  {
    provide: EndpointStore,
    useFactory: (dataSource: DataSource, clock: DatabaseClock, sealer: Sealer, settings: Settings) =>
      new EndpointStore(dataSource, clock, sealer, settings),
    inject: [DataSource, DatabaseClock, Sealer, SETTINGS],
  },
  {
    provide: SecretStore,
    useFactory: (dataSource: DataSource, clock: DatabaseClock, sealer: Sealer) =>
      new SecretStore(dataSource, clock, sealer),
    inject: [DataSource, DatabaseClock, Sealer],
  },
  {
    provide: ApiKeyStore,
    useFactory: (dataSource: DataSource, clock: DatabaseClock) => new ApiKeyStore(dataSource, clock),
    inject: [DataSource, DatabaseClock],
  },
  {
    provide: AuditLog,
    useFactory: (dataSource: DataSource) => new AuditLog(dataSource),
    inject: [DataSource],
  },
  {
    provide: OverviewStore,
    useFactory: (dataSource: DataSource) => new OverviewStore(dataSource),
    inject: [DataSource],
  },
  {
    provide: DeliveryCanceler,
    useFactory: (database: Database) => new DeliveryCanceler(database),
    inject: [Database],
  },
  { provide: KeyRing, useFactory: (database: Database) => new KeyRing(database), inject: [Database] },
];

@Module({})
export class ApiModule implements BeforeApplicationShutdown {
  constructor(private readonly canceler: DeliveryCanceler) {}

  /** @param inside the modules of the parts that the controllers ask */
  static forRole(role: Role, inside: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return {
      module: ApiModule,
      imports: [DiscoveryModule, ...inside],
      controllers: role === 'dispatcher' ? operations : [...operations, ...api],
      providers: [
        ...stores,
        ...traffic,
        ...recovery,
        ...people,
        { provide: APP_GUARD, useClass: AuthGuard },
        RouteRulesCheck,
      ],
    };
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.canceler.close();
  }
}
