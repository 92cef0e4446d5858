/** What comes next for a delivery, in words: "In 4 min: attempt 5 of 12". */
import type { DeliveryDetails, Endpoint } from '../api/types.js';
import type { Tone } from '../kit/Status.js';
import { fromNow } from '../kit/words.js';

export interface Next {
  tone: Tone;
  title: string;
  more?: string;
}

export function nextStep(delivery: DeliveryDetails, endpoint: Endpoint | undefined, nowMs: number): Next {
  switch (delivery.status) {
    case 'succeeded':
      return { tone: 'ok', title: 'Delivered' };
    case 'failed':
      return {
        tone: 'bad',
        title: 'Given up',
        more: 'Its schedule is used up. Replay it once the receiver works again.',
      };
    case 'canceled':
      return {
        tone: 'off',
        title: 'Canceled',
        more: 'Nothing more will be sent, unless somebody replays it.',
      };
    case 'pending':
      return pendingStep(delivery, endpoint, nowMs);
  }
}

function pendingStep(delivery: DeliveryDetails, endpoint: Endpoint | undefined, nowMs: number): Next {
  if (endpoint?.disabled) {
    return {
      tone: 'wait',
      title: 'Waiting',
      more: 'The endpoint is disabled; it is sent once somebody enables it.',
    };
  }
  const nth = attemptWords(delivery);
  if (endpoint && endpoint.circuit.state !== 'closed') {
    const probe = endpoint.circuit.nextProbeAt;
    const when = probe === null ? '' : ` The next probe is ${fromNow(probe, nowMs)}.`;
    return {
      tone: 'wait',
      title: `Waiting: ${nth}`,
      more: `The endpoint fails too often and is being spared.${when}`,
    };
  }
  const dueAt = delivery.dueAt;
  if (dueAt === null || new Date(dueAt).getTime() <= nowMs)
    return { tone: 'wait', title: `Any moment: ${nth}` };
  const when = fromNow(dueAt, nowMs);
  return { tone: 'wait', title: `${when.charAt(0).toUpperCase()}${when.slice(1)}: ${nth}` };
}

/** A replay begins the schedule anew while the log counts on, so it is the schedule's own number that is told. */
function attemptWords({ attemptCount, scheduleAttempts, maxAttempts }: DeliveryDetails): string {
  const nth = `attempt ${scheduleAttempts + 1} of ${maxAttempts}`;
  return scheduleAttempts === attemptCount ? nth : `${nth} since the replay`;
}
