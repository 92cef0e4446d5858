/**
 * The judge. It compares three witnesses: what emitters were told (202s), what the receiver was sent, and what the ledger
 * says, and knows only one excuse for a duplicate: that the guarantees name its cause.
 *
 * - *unrecorded*: a request arrived whose attempt is not in the log; its process died, or was cut off, before the record.
 * - *overtaken*: the attempt is in the log, but its lease had run out and the delivery was claimed anew meanwhile.
 * - *unseen answer*: the attempt is in the log as a failure (a timeout, a reset), although the receiver had processed it.
 */
import { type Answer } from './emit-stream.js';
import { type LedgerDelivery, type LedgerEvent } from './ledger.js';
import { type Receipt } from './recording-receiver.js';

export interface Verdict {
  emits: { accepted: number; refused: number; unanswered: number };
  /** Stored although the emitter got no 202: allowed, it may not know; never half. */
  storedWithout202: number;
  deliveries: { total: number; succeeded: number; pending: number; failed: number; canceled: number };
  /** Accepted, and neither received nor accounted for. Sentences. */
  lost: string[];
  /** Events that are there in part only, or twice. */
  broken: string[];
  duplicates: { unrecorded: number; overtaken: number; unseenAnswer: number; unexplained: string[] };
}

export function judge(
  answers: ReadonlyMap<number, Answer>,
  receipts: readonly Receipt[],
  ledger: readonly LedgerEvent[],
): Verdict {
  const received = receiptsByDelivery(receipts);
  const stored = new Map(ledger.map((event) => [event.eventId, event]));
  const accepted = new Set<string>();
  const lost: string[] = [];
  const broken: string[] = [];

  for (const [number, answer] of answers) {
    if (answer.kind !== 'accepted') continue;
    if (accepted.has(answer.eventId)) broken.push(`${answer.eventId} answers two emits`);
    accepted.add(answer.eventId);
    const event = stored.get(answer.eventId);
    if (event === undefined)
      lost.push(`emit ${number}: ${answer.eventId} got a 202 and is not in the ledger`);
    else if (event.number !== number)
      broken.push(`${answer.eventId} holds emit ${event.number}, not ${number}`);
  }

  const duplicates: Verdict['duplicates'] = { unrecorded: 0, overtaken: 0, unseenAnswer: 0, unexplained: [] };
  const deliveries = { total: 0, succeeded: 0, pending: 0, failed: 0, canceled: 0 };
  for (const event of ledger) {
    if (event.deliveries.length !== event.deliveryCount) {
      broken.push(`${event.eventId} has ${event.deliveries.length} of ${event.deliveryCount} deliveries`);
    }
    for (const delivery of event.deliveries) {
      deliveries.total++;
      deliveries[delivery.status]++;
      const arrivals = received.get(`${delivery.path} ${event.eventId}`) ?? [];
      const missing = whatIsMissing(delivery, arrivals);
      if (missing !== undefined) lost.push(`${event.eventId} to ${delivery.path}: ${missing}`);
      explain(event.eventId, delivery, arrivals, duplicates);
    }
  }
  return {
    emits: countAnswers(answers),
    storedWithout202: ledger.filter((event) => !accepted.has(event.eventId)).length,
    deliveries,
    lost,
    broken,
    duplicates,
  };
}

/** Succeeded, pending, failed or canceled: each must be borne out by the log and the receiver. */
function whatIsMissing(delivery: LedgerDelivery, arrivals: Receipt[]): string | undefined {
  const statuses = delivery.attempts.map((attempt) => attempt.statusCode ?? 0);
  switch (delivery.status) {
    case 'succeeded':
      if (!arrivals.some(isSuccess)) return 'succeeded, and the receiver never got it';
      return statuses.some((status) => status >= 200 && status < 300)
        ? undefined
        : 'succeeded without an attempt';
    case 'failed':
    case 'canceled':
      return delivery.attempts.length > 0 ? undefined : `${delivery.status} without an attempt`;
    case 'pending':
      return undefined;
  }
}

function explain(
  eventId: string,
  delivery: LedgerDelivery,
  arrivals: Receipt[],
  into: Verdict['duplicates'],
): void {
  // A retry after a failure is no duplicate: only what came again after the receiver had said 2xx is one.
  let open = Math.max(0, arrivals.filter(isSuccess).length - 1);
  if (open === 0) return;
  const { attempts } = delivery;
  const take = (most: number): number => {
    const taken = Math.min(open, Math.max(0, most));
    open -= taken;
    return taken;
  };
  into.unrecorded += take(arrivals.length - attempts.length);
  const successes = attempts.filter((attempt) => attempt.statusCode !== null && attempt.statusCode < 300);
  const epochs = new Set(successes.map((attempt) => attempt.epoch));
  if (epochs.size === successes.length) into.overtaken += take(successes.length - 1);
  into.unseenAnswer += take(attempts.filter((attempt) => attempt.statusCode === null).length);
  if (open > 0) {
    into.unexplained.push(
      `${eventId} came ${arrivals.length} times to ${delivery.path}; attempts: ${JSON.stringify(attempts)}`,
    );
  }
}

function receiptsByDelivery(receipts: readonly Receipt[]): Map<string, Receipt[]> {
  const groups = new Map<string, Receipt[]>();
  for (const receipt of receipts) {
    const key = `${receipt.path} ${receipt.webhookId}`;
    const group = groups.get(key);
    if (group) group.push(receipt);
    else groups.set(key, [receipt]);
  }
  return groups;
}

function countAnswers(answers: ReadonlyMap<number, Answer>): Verdict['emits'] {
  const counts = { accepted: 0, refused: 0, unanswered: 0 };
  for (const answer of answers.values()) counts[answer.kind]++;
  return counts;
}

export function isSuccess(receipt: Receipt): boolean {
  return receipt.status >= 200 && receipt.status < 300;
}
