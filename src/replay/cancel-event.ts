/**
 * Takes an event back: whatever of it is still owed is canceled, as long as it waits for its time or for a retry. What was
 * delivered stays delivered.
 *
 * Rows that somebody holds this very moment (an attempt is being recorded) are passed over and looked at again: waiting for
 * many rows in another order than others lock them could end in a deadlock. Each batch is a transaction with an audit record
 * of its own; after a crash between two, what is left is owed as before, and canceling may be asked for again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { toPublicId } from '../model/id.js';
import { recordAudit, type AuditSource } from '../store/audit.js';
import type { Clock } from '../store/clock.js';
import type { Queryable } from '../store/database.js';
import { endOwedOf } from '../store/event-control.js';

export interface CancelEventOptions {
  database: { transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> };
  clock: Clock;
  /** Told of endpoints whose strict order waited for what was canceled. */
  wake: (endpointId: string) => void;
}

/** A record is written in milliseconds. */
const PAUSE_MS = 20;
/** Twenty thousand deliveries are twenty batches; the rest is patience with rows that are held. */
const BATCHES_MAX = 100;

/** Answers how many deliveries were canceled. */
export async function cancelEvent(
  { database, clock, wake }: CancelEventOptions,
  event: { tenantId: string; eventId: string },
  source: AuditSource,
): Promise<number> {
  let canceled = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const ended = await database.transaction(async (transaction) => {
      const ended = await endOwedOf(transaction, event);
      if (ended.canceled > 0) {
        await recordAudit(transaction, clock, {
          ...source,
          action: 'event.canceled',
          tenantId: event.tenantId,
          targetId: toPublicId('evt', event.eventId),
          details: { deliveries: ended.canceled },
        });
      }
      return ended;
    });
    canceled += ended.canceled;
    for (const endpointId of ended.orderedEndpointIds) wake(endpointId);
    if (ended.left === 0) break;
    if (ended.canceled === 0) await sleep(PAUSE_MS);
  }
  return canceled;
}
