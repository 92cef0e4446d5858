/**
 * Ends a delivery by a person's word: one that is owed, or one that failed and is given up, so that it no longer holds
 * back those behind it in a strict order. It can be replayed later.
 *
 * The caller's transaction holds the cancellation and its audit record together. A crash before its commit leaves
 * the delivery owed; after it, whatever still travels is stale by its epoch and is dropped before it is sent.
 */
import { PosthornError } from '../errors.js';
import { statusesBefore, transition } from '../model/delivery.js';
import type { Queryable } from '../store/database.js';
import { endDelivery, lockDelivery, wakeLane, type LockedDelivery } from '../store/delivery-control.js';

export interface DeliveryToCancel {
  deliveryId: string;
  /** The only tenant whose deliveries the caller may reach. */
  tenantId?: string | undefined;
}

/** @throws PosthornError `delivery_not_found`, `delivery_not_cancelable` */
export async function cancelDelivery(
  transaction: Queryable,
  { deliveryId, tenantId }: DeliveryToCancel,
): Promise<LockedDelivery> {
  const delivery = await lockDelivery(transaction, deliveryId, tenantId);
  if (delivery === undefined) throw new PosthornError('delivery_not_found');
  if (!statusesBefore('canceled').includes(delivery.status)) {
    throw new PosthornError('delivery_not_cancelable');
  }
  await endDelivery(transaction, deliveryId, transition(delivery.status, 'canceled'));
  if (delivery.ordered) await wakeLane(transaction, delivery.endpointId);
  return delivery;
}
