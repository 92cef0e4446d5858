/** Here a retry is decided: from what an attempt came to, to what becomes of its delivery. Pure. */
import type { DeliveryEvent } from '../model/delivery.js';
import { retryDelayMs, type RetrySchedule } from '../model/retry-schedule.js';
import type { Outcome } from './outcome.js';

export interface NextStep {
  /** The transition of the delivery. */
  event: Extract<DeliveryEvent, 'attempt_succeeded' | 'attempt_failed' | 'schedule_exhausted'>;
  /** Until the next attempt, for `attempt_failed`. */
  delayMs: number;
  /** Whether the schedule counts this attempt. */
  counted: boolean;
}

/** How soon to try again what failed through no fault of the endpoint. */
const OURS_DELAY_MS = 5_000;

/**
 * @param scheduleAttempts counted attempts of the present schedule before this one
 * @param random a number in [0, 1), for the jitter
 */
export function nextStep(
  outcome: Outcome,
  schedule: RetrySchedule,
  scheduleAttempts: number,
  random: number,
): NextStep {
  switch (outcome.kind) {
    case 'success':
      return { event: 'attempt_succeeded', delayMs: 0, counted: true };
    case 'ours':
      return { event: 'attempt_failed', delayMs: OURS_DELAY_MS, counted: false };
    case 'failure':
    case 'gone': {
      const pauseMs = retryDelayMs(schedule, scheduleAttempts + 1, random);
      if (pauseMs === undefined) return { event: 'schedule_exhausted', delayMs: 0, counted: true };
      const askedMs = outcome.kind === 'failure' ? (outcome.retryAfterMs ?? 0) : 0;
      return { event: 'attempt_failed', delayMs: Math.max(pauseMs, askedMs), counted: true };
    }
  }
}
