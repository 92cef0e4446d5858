/** What is the matter with an endpoint, in words. */
import type { EndpointOverview } from '../api/types.js';
import type { Tone } from '../kit/Status.js';
import { duration, fromNow, plural } from '../kit/words.js';

export interface Trouble {
  tone: Tone;
  state: string;
  why: string;
}

export const disabledReasons = {
  by_request: 'Disabled by a person.',
  gone: 'It answered 410 Gone, which asks for no more webhooks.',
  failing: 'It had failed without a break for days.',
};

export function troubleOf(endpoint: EndpointOverview, nowMs: number): Trouble {
  const { disabled, disabledReason, circuit, circuitReason, nextProbeAt, failingSince, consecutiveFailures } =
    endpoint;
  const since =
    failingSince === null
      ? ''
      : `Failing for ${duration(Math.max(1_000, nowMs - new Date(failingSince).getTime()))}. `;
  if (disabled) {
    return { tone: 'off', state: 'disabled', why: disabledReasons[disabledReason ?? 'by_request'] };
  }
  if (circuit !== 'closed') {
    const probe = nextProbeAt === null ? '' : ` Next probe ${fromNow(nextProbeAt, nowMs)}.`;
    return {
      tone: 'bad',
      state: 'paused',
      why: `${since}${sentence(circuitReason ?? 'Too many failures')}${probe}`,
    };
  }
  if (failingSince !== null) {
    return {
      tone: 'wait',
      state: 'failing',
      why: `${since}${plural(consecutiveFailures, 'failure')} in a row.`,
    };
  }
  return { tone: 'ok', state: 'healthy', why: '' };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
