/**
 * A group of matched events becomes rows, in one statement; with idempotency keys or times of their own, in one
 * transaction. What the commit stored is handed over behind it: a crash just before leaves nothing and no answer, one just
 * after leaves debts that leases and the scheduler's sweep find.
 */
import type { DeliveryReference } from '../model/delivery.js';
import type { SchemaProblem } from '../model/json-schema.js';
import type { Database, Queryable } from '../store/database.js';
import { storeEmitGroup, type EventToStore, type StoredGroup } from '../store/emit-group.js';
import { setEventTimes, type EventTimes } from '../store/event-times.js';
import { claimIdempotencyKeys, releaseIdempotencyKeys, type IdempotencyClaim } from '../store/idempotency.js';
import type { Admitted } from './admission.js';

/** Where accepted deliveries go next; neither is waited for. */
export interface Window {
  /** How many deliveries it takes of what is emitted; 0 while the queue is full or away. The others wait in the ledger. */
  readonly room: number;
  /** The same for an event with more deliveries than a few, which leaves room for others. */
  readonly backlogRoom: number;
  enqueue(references: DeliveryReference[]): void;
  /** Something of these endpoints waits in the ledger and is due now. */
  wake(endpointIds: Iterable<string>): void;
}

/** An event with this many deliveries or more is committed apart from the others, which would wait for it. */
export const WIDE_FAN_OUT = 200;

/**
 * An event with more deliveries than this fills the window no further than a backlog does. A few hundred of those would fill all
 * of it, and what is emitted for one endpoint meanwhile would wait for tens of thousands of requests to others.
 */
const FEW_DELIVERIES = 16;

/** An event, matched: what the group commit stores. */
export interface MatchedEvent {
  event: EventToStore;
  emitRateLimitPerSecond: number | null;
  catalogVersion: number;
  /** What it was matched with, which may turn out to be out of date. */
  known: Admitted;
  claims: IdempotencyClaim[];
  /** When it is to be sent, where that is not at once and always. */
  times: EventTimes | undefined;
  /** Where the data departs from its schema, if that is no reason to refuse it. */
  warnings: SchemaProblem[];
}

/** `outdated`: what it was matched with has changed; `key_taken`: an earlier event has its idempotency key. */
export type CommitAnswer = 'stored' | 'outdated' | 'key_taken';

export interface CommitTools {
  database: Database;
  window: Window;
}

export async function commitEmits(
  group: MatchedEvent[],
  { database, window }: CommitTools,
): Promise<CommitAnswer[]> {
  // The newest catalog any of them was matched with: those matched with an older one are outdated all the same.
  const catalogVersion = Math.max(...group.map((matched) => matched.catalogVersion));
  const current = group.filter((matched) => matched.catalogVersion === catalogVersion);
  const claims = current.flatMap((matched) => matched.claims);
  const taken = new Set<string>();
  const stored =
    claims.length === 0 && current.every((matched) => matched.times === undefined)
      ? await store(database, current, catalogVersion, window)
      : await database.transaction(async (transaction) => {
          const got = await claimIdempotencyKeys(transaction, claims);
          for (const claim of claims) if (!got.has(claim.eventId)) taken.add(claim.eventId);
          const winners = current.filter((matched) => !taken.has(matched.event.eventId));
          const result = await store(transaction, winners, catalogVersion, window);
          await releaseIdempotencyKeys(
            transaction,
            claims.filter((claim) => !result.storedEventIds.has(claim.eventId)),
          );
          return result;
        });
  handOver(current, stored, window);
  return group.map(({ event }) => {
    if (stored.storedEventIds.has(event.eventId)) return 'stored';
    return taken.has(event.eventId) ? 'key_taken' : 'outdated';
  });
}

/** @param database a transaction, if any of the group has keys or times */
async function store(
  database: Queryable,
  group: MatchedEvent[],
  catalogVersion: number,
  window: Window,
): Promise<StoredGroup> {
  const events = fitInto(
    window,
    group.map((matched) => matched.event),
  );
  const stored = await storeEmitGroup(database, events, catalogVersion);
  const times = group.flatMap((matched) => matched.times ?? []);
  if (times.length > 0) {
    await setEventTimes(
      database,
      times.filter(({ eventId }) => stored.storedEventIds.has(eventId)),
    );
  }
  return stored;
}

/** Makes those deliveries wait that the window has no room for. */
function fitInto({ room, backlogRoom }: Window, events: EventToStore[]): EventToStore[] {
  let taken = 0;
  return events.map((event) => {
    const { deliveries } = event;
    const left = Math.max(0, (deliveries.length > FEW_DELIVERIES ? backlogRoom : room) - taken);
    taken += Math.min(left, deliveries.length);
    if (left >= deliveries.length) return event;
    return {
      ...event,
      deliveries: deliveries.map((one, index) => (index < left ? one : { ...one, waits: true })),
    };
  });
}

/** After the commit; what a crash here leaves undone, leases and the scheduler's sweep do later. */
function handOver(group: MatchedEvent[], stored: StoredGroup, window: Window): void {
  const references: DeliveryReference[] = [];
  const waiting = new Set<string>();
  for (const { event } of group) {
    if (!stored.storedEventIds.has(event.eventId)) continue;
    for (const { deliveryId, endpointId } of event.deliveries) {
      if (stored.waitingDeliveryIds.has(deliveryId)) waiting.add(endpointId);
      else references.push({ deliveryId, eventId: event.eventId, epoch: 1 });
    }
  }
  if (references.length > 0) window.enqueue(references);
  if (waiting.size > 0) window.wake(waiting);
}
