/** What is the matter with an endpoint, in words. */
import type { EndpointOverview } from '../api/types.js';
import { words } from '../deliveries/outcome.js';
import type { Tone } from '../kit/tone.js';
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
  const since = failingWords(failingSince, nowMs);
  if (disabled) {
    return { tone: 'off', state: 'disabled', why: disabledReasons[disabledReason ?? 'by_request'] };
  }
  if (circuit !== 'closed') {
    return {
      tone: 'bad',
      state: 'paused',
      why: `${since}${sentence(words(circuitReason ?? 'Too many failures'))} ${probeWords(nextProbeAt, nowMs)}`,
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

/** `Failing for 3 h. `, with the space that follows it; empty while it does not fail. */
export function failingWords(failingSince: string | null, nowMs: number): string {
  if (failingSince === null) return '';
  return `Failing for ${duration(Math.max(1_000, nowMs - new Date(failingSince).getTime()))}. `;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** A probe is a delivery that is due: once its time has come, it may still have to wait for one. */
export function probeWords(nextProbeAt: string | null, nowMs: number): string {
  if (nextProbeAt === null || new Date(nextProbeAt).getTime() <= nowMs)
    return 'The next delivery that is due is the next probe.';
  return `The next probe is ${fromNow(nextProbeAt, nowMs)}.`;
}
