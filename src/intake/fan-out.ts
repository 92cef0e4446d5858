/** Which endpoints want an event. Pure, and called for every emit: it allocates nothing but its answer. */
import { matchesEventType, type Subscription } from '../model/endpoint.js';

export function fanOut(subscriptions: Subscription[], event: { type: string }): Subscription[] {
  return subscriptions.filter((subscription) =>
    subscription.eventTypes.some((pattern) => matchesEventType(pattern, event.type)),
  );
}
