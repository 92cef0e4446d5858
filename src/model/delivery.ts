/**
 * A delivery: one event owed to one endpoint. Its states and every legal transition stand in this file and in
 * docs/delivery-states.md (a test compares the two); anything else is a bug and throws.
 */
export const deliveryStatuses = ['pending', 'succeeded', 'failed', 'canceled'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** What happens to a delivery, from whoever's side it comes. */
export type DeliveryEvent =
  | 'claimed' // taken into the hot window: a lease, a new epoch
  | 'handed_back' // out of the hot window without an attempt: lane full, circuit open, endpoint disabled, shutdown
  | 'lease_expired' // nobody reported: the process or the queue lost it
  | 'attempt_succeeded'
  | 'attempt_failed' // and the schedule has another attempt
  | 'schedule_exhausted' // the last attempt failed
  | 'set_aside' // it cannot even be attempted (its event or its record is broken); the reason is in its error code
  | 'canceled' // by a person, or because its endpoint was deleted; a failed one by a person who gives it up
  | 'replayed';

export const transitions: Readonly<Record<DeliveryStatus, Partial<Record<DeliveryEvent, DeliveryStatus>>>> = {
  pending: {
    claimed: 'pending',
    handed_back: 'pending',
    lease_expired: 'pending',
    attempt_succeeded: 'succeeded',
    attempt_failed: 'pending',
    schedule_exhausted: 'failed',
    set_aside: 'failed',
    canceled: 'canceled',
  },
  succeeded: { replayed: 'pending' },
  failed: { replayed: 'pending', canceled: 'canceled' },
  canceled: { replayed: 'pending' },
};

/** The status after `event`. @throws Error when the table does not allow it: a fault of ours, never the user's. */
export function transition(from: DeliveryStatus, event: DeliveryEvent): DeliveryStatus {
  const to = transitions[from][event];
  if (to === undefined) throw new Error(`illegal delivery transition: ${from} --${event}-->`);
  return to;
}

/** The statuses from which `event` is legal: what a guarded UPDATE puts in its WHERE. */
export function statusesBefore(event: DeliveryEvent): DeliveryStatus[] {
  return deliveryStatuses.filter((status) => transitions[status][event] !== undefined);
}

/** Why a delivery's present schedule runs; shown with every attempt. */
export type Trigger = 'emit' | 'replay' | 'test';

/**
 * What a job carries: enough to find the delivery and to know whether this claim of it is still the newest.
 * The event's id rides along so that both rows are found in their own day's partition.
 */
export interface DeliveryReference {
  deliveryId: string;
  eventId: string;
  epoch: number;
}
