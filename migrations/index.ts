/**
 * Every migration, oldest first. A list and not a glob: a file that is missing from a build or an image fails the
 * compiler instead of a start, and the tests can run the sources as they are. Add yours at the end.
 */
import { Ledger1763700000000 } from './1763700000000-ledger.js';
import { DeliveryLogIndexes1763700100000 } from './1763700100000-delivery-log-indexes.js';
import { ReplayOfMany1763700200000 } from './1763700200000-replay-of-many.js';
import { OperationalEvents1763700300000 } from './1763700300000-operational-events.js';
import { TroubledEndpointsIndex1763700400000 } from './1763700400000-troubled-endpoints-index.js';
import { Upkeep1763700500000 } from './1763700500000-upkeep.js';
import { EndpointOptions1763700600000 } from './1763700600000-endpoint-options.js';
import { EventCatalog1763700700000 } from './1763700700000-event-catalog.js';
import { TimedEvents1763700800000 } from './1763700800000-timed-events.js';
import { RequestShape1763700900000 } from './1763700900000-request-shape.js';
import { Listeners1763701100000 } from './1763701100000-listeners.js';
import { EndpointAuthentication1763701200000 } from './1763701200000-endpoint-authentication.js';
import { Broadcasts1763701250000 } from './1763701250000-broadcasts.js';
import { EndpointTls1763701300000 } from './1763701300000-endpoint-tls.js';
import { EndpointTransformation1763701400000 } from './1763701400000-endpoint-transformation.js';
import { TenantPurge1763701500000 } from './1763701500000-tenant-purge.js';
import { ListenerAuthors1763701600000 } from './1763701600000-listener-authors.js';
import { AuditLogGuard1763701700000 } from './1763701700000-audit-log-guard.js';
import { EndedSessions1763701800000 } from './1763701800000-ended-sessions.js';

export const migrations = [
  Ledger1763700000000,
  DeliveryLogIndexes1763700100000,
  ReplayOfMany1763700200000,
  OperationalEvents1763700300000,
  TroubledEndpointsIndex1763700400000,
  Upkeep1763700500000,
  EndpointOptions1763700600000,
  EventCatalog1763700700000,
  TimedEvents1763700800000,
  RequestShape1763700900000,
  Listeners1763701100000,
  EndpointAuthentication1763701200000,
  Broadcasts1763701250000,
  EndpointTls1763701300000,
  EndpointTransformation1763701400000,
  TenantPurge1763701500000,
  ListenerAuthors1763701600000,
  AuditLogGuard1763701700000,
  EndedSessions1763701800000,
];
