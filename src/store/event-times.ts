/**
 * Events that are to be sent later, or not after some time. Few are, so their times are written by a statement of their
 * own, in the transaction that stores them: the statement of all others stays as narrow as it is.
 *
 * Such an event's deliveries were stored as metered ones, which wait in the ledger; here they become due when it says.
 */
import type { Queryable } from './database.js';

export interface EventTimes {
  eventId: string;
  deliveryIds: string[];
  deliverAt: Date | null;
  expiresAt: Date | null;
}

export async function setEventTimes(transaction: Queryable, times: EventTimes[]): Promise<void> {
  await transaction.query(
    `UPDATE events e SET deliver_at = g.deliver_at, expires_at = g.expires_at
       FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS g (id, deliver_at, expires_at)
      WHERE e.id = g.id`,
    [
      times.map(({ eventId }) => eventId),
      times.map(({ deliverAt }) => deliverAt),
      times.map(({ expiresAt }) => expiresAt),
    ],
  );
  const later = times.flatMap(({ deliveryIds, deliverAt }) =>
    deliverAt === null ? [] : deliveryIds.map((deliveryId) => ({ deliveryId, deliverAt })),
  );
  if (later.length === 0) return;
  await transaction.query(
    `UPDATE deliveries d SET due_at = g.due_at
       FROM unnest($1::uuid[], $2::timestamptz[]) AS g (id, due_at) WHERE d.id = g.id`,
    [later.map(({ deliveryId }) => deliveryId), later.map(({ deliverAt }) => deliverAt)],
  );
}
