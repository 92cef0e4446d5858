/**
 * Takes one delivery that has ended back to `pending`, whatever its end was. Its attempts stay in the log and
 * `webhook-id` stays the same, so that receivers can tell a repetition.
 *
 * The caller's transaction holds the replay and its audit record together. A crash before its commit leaves nothing
 * behind; after it, the delivery waits in the ledger with its lane awake, and any scheduler finds it.
 */
import { PosthornError } from '../errors.js';
import { statusesBefore, transition } from '../model/delivery.js';
import type { Queryable } from '../store/database.js';
import { lockDelivery, rearmDelivery, wakeLane, type LockedDelivery } from '../store/delivery-control.js';

export interface DeliveryToReplay {
  deliveryId: string;
  /** The only tenant whose deliveries the caller may reach. */
  tenantId?: string | undefined;
  /** The replay of many that this one belongs to. */
  replayId?: string | undefined;
}

/**
 * Of two replays at once the second waits for the first and is refused.
 * @throws PosthornError `delivery_not_found`, `delivery_not_replayable`, `endpoint_deleted`
 */
export async function replayDelivery(
  transaction: Queryable,
  { deliveryId, tenantId, replayId }: DeliveryToReplay,
): Promise<LockedDelivery> {
  const delivery = await lockDelivery(transaction, deliveryId, tenantId);
  if (delivery === undefined) throw new PosthornError('delivery_not_found');
  if (!statusesBefore('replayed').includes(delivery.status)) {
    throw new PosthornError('delivery_not_replayable');
  }
  if (delivery.endpointDeleted) throw new PosthornError('endpoint_deleted');
  await rearmDelivery(
    transaction,
    deliveryId,
    transition(delivery.status, 'replayed'),
    replayId,
    delivery.ordered,
  );
  await wakeLane(transaction, delivery.endpointId);
  return delivery;
}
