/** What people in a browser need and programs do not: sessions, the overview, links to the portal. */
import type { Provider } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config.js';
import { RequestRateLimiter } from '../queue/rate-limiter.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import { EventTypeStore } from '../store/event-types.js';
import { OverviewStore } from '../store/overview-store.js';
import { PublicCatalogController } from './catalog/public-catalog.controller.js';
import { PublicCatalog } from './catalog/public-catalog.js';
import { ConsoleSessions } from './console/console-sessions.js';
import { SessionController } from './console/session.controller.js';
import { OverviewReader } from './overview/overview-reader.js';
import { OverviewController } from './overview/overview.controller.js';
import { PortalSessionsController } from './portal/portal-sessions.controller.js';
import { PortalSessions } from './portal/portal-sessions.js';
import { CallerLimits } from './rate-limits.js';
import { SessionTokens } from './session-tokens.js';

export const peopleControllers = [
  SessionController,
  PortalSessionsController,
  OverviewController,
  PublicCatalogController,
];

export const people: Provider[] = [
  {
    provide: SessionTokens,
    useFactory: (settings: Settings, clock: DatabaseClock) =>
      // A process that runs knows the keys that seal secrets; without them it would not have started.
      new SessionTokens(settings.encryptionKey!, clock),
    inject: [SETTINGS, DatabaseClock],
  },
  {
    provide: ConsoleSessions,
    useFactory: (tokens: SessionTokens, database: Database, clock: DatabaseClock, settings: Settings) =>
      new ConsoleSessions(tokens, database, clock, settings.publicUrl?.startsWith('https:') ?? false),
    inject: [SessionTokens, Database, DatabaseClock, SETTINGS],
  },
  {
    provide: PortalSessions,
    useFactory: (tokens: SessionTokens, database: Database, clock: DatabaseClock) =>
      new PortalSessions(tokens, database, clock),
    inject: [SessionTokens, Database, DatabaseClock],
  },
  {
    provide: CallerLimits,
    useFactory: (limiter: RequestRateLimiter, settings: Settings) =>
      new CallerLimits(limiter, settings.requestRateLimitPerSecond),
    inject: [RequestRateLimiter, SETTINGS],
  },
  {
    provide: PublicCatalog,
    useFactory: (eventTypes: EventTypeStore, settings: Settings) =>
      new PublicCatalog(eventTypes, settings.publicCatalog ?? false),
    inject: [EventTypeStore, SETTINGS],
  },
  {
    provide: OverviewReader,
    useFactory: (store: OverviewStore, clock: DatabaseClock) => new OverviewReader(store, clock),
    inject: [OverviewStore, DatabaseClock],
  },
];
