/**
 * Whose turn it is in a strictly ordered lane. Pure.
 *
 * One delivery at a time is at the *head*: the last one that was let out, until it has ended. The lane's row remembers
 * it (`lanes.outstanding`), so a head that waits for its retry is not passed over although others are due. When it has
 * ended, the next head is the oldest that waits. Waiting deliveries are due since they were made (emit-group.ts), so
 * "oldest" is the order of their ids.
 */
import type { LaneHead } from '../store/claims.js';

export type Turn =
  /** The oldest that waits. */
  | { kind: 'next' }
  /** The head once more: its retry is due, or it was handed back. */
  | { kind: 'again'; deliveryId: string }
  /** Nobody's, for so long at most; whoever changes something wakes the lane earlier. */
  | { kind: 'nobody'; forMs: number };

/** A head that is out wakes the lane when it reports, and its rescue does when its lease runs out. */
const OUT_MS = 1_000;
/** A head that holds the rest is released by a person, who wakes the lane. */
const HELD_MS = 3_600_000;

/** @param head the last delivery let out, unless it has ended in a way that lets the next one go */
export function turnOf(head: LaneHead | undefined): Turn {
  switch (head?.state) {
    case undefined:
      return { kind: 'next' };
    case 'out':
      return { kind: 'nobody', forMs: OUT_MS };
    case 'failed':
      return { kind: 'nobody', forMs: HELD_MS };
    case 'waiting':
      return head.dueInMs > 0
        ? { kind: 'nobody', forMs: head.dueInMs }
        : { kind: 'again', deliveryId: head.deliveryId };
  }
}
