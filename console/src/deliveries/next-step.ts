/** What comes next for a delivery, in words: "In 4 min: attempt 5 of 12". */
import type { DeliveryDetails, Endpoint, EventDetails } from '../api/types.js';
import type { Tone } from '../kit/tone.js';
import { probeWords } from '../endpoints/trouble.js';
import { fromNow } from '../kit/words.js';
import { endSentences } from './error-codes.js';

export interface Next {
  tone: Tone;
  title: string;
  more?: string;
}

/** When its event is to be sent, and until when; undefined while that is not known. */
export type EventTimes = Pick<EventDetails, 'deliverAt' | 'expiresAt'> | undefined;

export function nextStep(
  delivery: DeliveryDetails,
  endpoint: Endpoint | undefined,
  times: EventTimes,
  nowMs: number,
): Next {
  switch (delivery.status) {
    case 'succeeded':
      return { tone: 'ok', title: 'Delivered' };
    case 'failed':
      return { tone: 'bad', title: 'Given up', more: whyGivenUp(delivery, endpoint, times) };
    case 'canceled':
      return {
        tone: 'off',
        title: 'Canceled',
        more: 'Nothing more will be sent, unless somebody replays it.',
      };
    case 'pending':
      return pendingStep(delivery, endpoint, times, nowMs);
  }
}

function whyGivenUp(
  { lastErrorCode, scheduleAttempts, maxAttempts }: DeliveryDetails,
  endpoint: Endpoint | undefined,
  times: EventTimes,
): string {
  const end = endSentences[lastErrorCode ?? ''];
  if (end !== undefined) return end;
  const expires = typeof times?.expiresAt === 'string' && scheduleAttempts < maxAttempts;
  const why = expires
    ? 'The next attempt would have come after the event had expired.'
    : 'Its schedule is used up.';
  const holds = endpoint?.ordering === 'strict' && endpoint.onFailure === 'hold';
  return holds
    ? `${why} The endpoint keeps a strict order and holds everything after it: replay it, or cancel it to let the rest go on.`
    : `${why} Replay it once the receiver works again.`;
}

function pendingStep(
  delivery: DeliveryDetails,
  endpoint: Endpoint | undefined,
  times: EventTimes,
  nowMs: number,
): Next {
  if (endpoint?.disabled) {
    return {
      tone: 'wait',
      title: 'Waiting',
      more: 'The endpoint is disabled; it is sent once somebody enables it.',
    };
  }
  const nth = attemptWords(delivery);
  const deliverAt = times?.deliverAt;
  if (typeof deliverAt === 'string' && new Date(deliverAt).getTime() > nowMs) {
    return {
      tone: 'wait',
      title: `${capital(fromNow(deliverAt, nowMs))}: ${nth}`,
      more: 'It was emitted to be sent later. Until then it can be canceled.',
    };
  }
  if (endpoint && endpoint.circuit.state !== 'closed') {
    return {
      tone: 'wait',
      title: `Waiting: ${nth}`,
      more: `The endpoint fails too often and is being spared. ${probeWords(endpoint.circuit.nextProbeAt, nowMs)}`,
    };
  }
  const dueAt = delivery.dueAt;
  if (dueAt === null || new Date(dueAt).getTime() <= nowMs) {
    return endpoint?.ordering === 'strict' && dueAt !== null
      ? {
          tone: 'wait',
          title: `Waiting its turn: ${nth}`,
          more: 'The endpoint keeps a strict order: what was emitted before it goes first.',
        }
      : { tone: 'wait', title: `Any moment: ${nth}` };
  }
  return { tone: 'wait', title: `${capital(fromNow(dueAt, nowMs))}: ${nth}` };
}

/** A replay begins the schedule anew while the log counts on, so it is the schedule's own number that is told. */
function attemptWords({ attemptCount, scheduleAttempts, maxAttempts }: DeliveryDetails): string {
  const nth = `attempt ${scheduleAttempts + 1} of ${maxAttempts}`;
  return scheduleAttempts === attemptCount ? nth : `${nth} since the replay`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
