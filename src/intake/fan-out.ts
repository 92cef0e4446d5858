/**
 * Which endpoints want an event: the only matcher there is. Pure, and called for every emit: it allocates nothing but
 * its answer, unless somebody wants to look inside; then the data is parsed once, however many look.
 */
import { matchesEventType, type Subscription } from '../model/endpoint.js';
import { FilteredEvent } from '../model/filter.js';

/** `data` is JSON text. */
export interface EventToMatch {
  type: string;
  data: string;
  tags?: string[] | undefined;
}

export function fanOut(subscriptions: Subscription[], event: EventToMatch): Subscription[] {
  let filtered: FilteredEvent | undefined;
  return subscriptions.filter(
    ({ eventTypes, filter }) =>
      eventTypes.some((pattern) => matchesEventType(pattern, event.type)) &&
      (filter === null || filter.matches((filtered ??= new FilteredEvent(event)))),
  );
}

export function matches(subscription: Subscription, event: EventToMatch): boolean {
  return fanOut([subscription], event).length > 0;
}
