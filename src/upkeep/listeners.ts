/**
 * Ends listeners that nobody polls for any more: a laptop that was shut, a program that was killed. Until then their
 * deliveries fail like those of any receiver that is away; after it, what is owed to them is canceled.
 */
import type { Logger } from 'pino';
import { toPublicId } from '../model/id.js';
import type { Clock } from '../store/clock.js';
import type { Database } from '../store/database.js';
import { DeliveryCanceler } from '../store/endpoint-deletion.js';
import { dropExpiredListenerRequests } from '../store/listener-requests.js';
import { endListener, findLapsedListeners } from '../store/listeners.js';

const SYSTEM = {
  actor: { kind: 'system' as const, id: null, name: 'posthorn' },
  remoteAddress: null,
  requestId: null,
};

export async function endLapsedListeners(database: Database, clock: Clock, log: Logger): Promise<void> {
  const canceler = new DeliveryCanceler(database);
  for (const { listenerId, tenantId } of await findLapsedListeners(database)) {
    const ended = await database.transaction((transaction) =>
      endListener(transaction, clock, { listenerId, tenantId, reason: 'lapsed' }, SYSTEM),
    );
    if (ended === undefined) continue; // it polls again, or was closed this very moment
    log.info({ endpointId: toPublicId('ep', ended.endpointId), reason: 'lapsed' }, 'listener.ended');
    await canceler.cancel({ tenantId, endpointId: ended.endpointId });
  }
  await dropExpiredListenerRequests(database);
}
