/**
 * The API's controllers and what guards them. `Database`, `DatabaseClock`, `Sealer`, `DataSource`, `Emitter` and
 * SETTINGS come from the composition root (src/app.module.ts), which makes them global.
 */
import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { Database } from '../store/database.js';
import { AuthGuard } from './auth.guard.js';
import { HealthController } from './health/health.controller.js';
import { KeyRing } from './key-ring.js';
import { RouteRulesCheck } from './roles.js';

@Module({
  imports: [DiscoveryModule],
  controllers: [HealthController],
  providers: [
    { provide: KeyRing, useFactory: (database: Database) => new KeyRing(database), inject: [Database] },
    { provide: APP_GUARD, useClass: AuthGuard },
    RouteRulesCheck,
  ],
})
export class ApiModule {}
