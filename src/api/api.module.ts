/**
 * The API's controllers and what guards them. `Database`, `DatabaseClock`, `Sealer`, `DataSource`, `Emitter` and
 * SETTINGS come from the composition root (src/app.module.ts), which makes them global.
 */
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import type { Role } from '../config.js';
import { Database } from '../store/database.js';
import { AuthGuard } from './auth.guard.js';
import { HealthController } from './health/health.controller.js';
import { KeyRing } from './key-ring.js';
import { RouteRulesCheck } from './roles.js';

/** Answers in every role; orchestrators ask dispatchers too. */
const everywhere = [HealthController];
const api: Type[] = [];

@Module({})
export class ApiModule {
  static forRole(role: Role): DynamicModule {
    return {
      module: ApiModule,
      imports: [DiscoveryModule],
      controllers: role === 'dispatcher' ? everywhere : [...everywhere, ...api],
      providers: [
        { provide: KeyRing, useFactory: (database: Database) => new KeyRing(database), inject: [Database] },
        { provide: APP_GUARD, useClass: AuthGuard },
        RouteRulesCheck,
      ],
    };
  }
}
