/** Here a retry is decided: from what an attempt came to, to what becomes of its delivery. Pure. */
import type { DeliveryEvent, Trigger } from '../model/delivery.js';
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
 * @param expiresInMs until the event is not worth sending: no attempt is planned for later than that
 */
export function nextStep(
  outcome: Outcome,
  schedule: RetrySchedule,
  scheduleAttempts: number,
  random: number,
  expiresInMs = Infinity,
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
      const delayMs = Math.max(pauseMs, askedMs);
      if (delayMs >= expiresInMs) return { event: 'schedule_exhausted', delayMs: 0, counted: true };
      return { event: 'attempt_failed', delayMs, counted: true };
    }
  }
}

/** Until its event is not worth sending. What a person replays is, whatever its age. */
export function expiresInMs(
  { trigger, event }: { trigger: Trigger; event: { expiresAt: Date | null } | undefined },
  nowMs: number,
): number {
  if (trigger === 'replay' || event === undefined || event.expiresAt === null) return Infinity;
  return event.expiresAt.getTime() - nowMs;
}
