/**
 * The only place where the parts are put together; each module in wiring/ makes those of one concern, and says what it
 * needs of the others. Every role has intake, background work and the queue's producer; only a dispatcher has lanes,
 * worker and scheduler; only an API answers more than health checks.
 */
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiModule } from './api/api.module.js';
import type { RunningSettings } from './config.js';
import { QueueModule } from './queue/queue.module.js';
import { entities } from './store/entities/index.js';
import { BackgroundModule } from './wiring/background.module.js';
import { DispatchingModule } from './wiring/dispatching.module.js';
import { FoundationModule } from './wiring/foundation.module.js';
import { HealthModule } from './wiring/health.module.js';
import { IntakeModule } from './wiring/intake.module.js';
import { Lifecycle } from './wiring/lifecycle.js';
import { OperationalEventsModule } from './wiring/operational-events.module.js';
import { TelemetryModule } from './wiring/telemetry.module.js';

/** A log page or a search gives up after this long, rather than holding one of the API's few connections. */
const API_STATEMENT_TIMEOUT_MS = 10_000;

@Module({})
export class AppModule {
  static forRoot(settings: RunningSettings): DynamicModule {
    const { role } = settings;
    const health = HealthModule.forRole(role);
    return {
      module: AppModule,
      imports: [
        FoundationModule.forRoot(settings),
        QueueModule,
        TelemetryModule,
        IntakeModule,
        OperationalEventsModule,
        BackgroundModule,
        ...(role === 'api' ? [] : [DispatchingModule]),
        health,
        apiConnections(settings),
        ApiModule.forRole(role, [IntakeModule, BackgroundModule, health]),
      ],
      providers: [Lifecycle],
    };
  }
}

function apiConnections(settings: RunningSettings): DynamicModule {
  return TypeOrmModule.forRoot({
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
  });
}
