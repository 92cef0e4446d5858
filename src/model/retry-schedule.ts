/**
 * When to try again. An endpoint's schedule is either exponential (5 s × 4ⁿ, capped at 12 h: 12 attempts over about
 * 2.8 days) or an explicit list of pauses. Jitter spreads the retries of endpoints that failed together.
 */
export interface ExponentialRetry {
  baseSeconds: number;
  factor: number;
  maxSeconds: number;
  /** Attempts in all, the first one included. */
  maxAttempts: number;
  /** 0.2 makes each pause ±20 %. */
  jitter: number;
}

export interface ScheduledRetry {
  /** The pause before the second, third, … attempt. */
  scheduleSeconds: number[];
}

export type RetrySchedule = ExponentialRetry | ScheduledRetry;

export const defaultRetry: ExponentialRetry = {
  baseSeconds: 5,
  factor: 4,
  maxSeconds: 43_200,
  maxAttempts: 12,
  jitter: 0.2,
};

/** Explicit lists are jittered as the default is: their authors think of one endpoint, we of ten thousand. */
const SCHEDULED_JITTER = defaultRetry.jitter;

export function maxAttempts(schedule: RetrySchedule): number {
  return 'scheduleSeconds' in schedule ? schedule.scheduleSeconds.length + 1 : schedule.maxAttempts;
}

/**
 * The pause after the `attemptNumber`-th attempt of a schedule (from 1), in milliseconds, or `undefined` when it was
 * the last. `random` is a number in [0, 1).
 */
export function retryDelayMs(
  schedule: RetrySchedule,
  attemptNumber: number,
  random: number,
): number | undefined {
  if (attemptNumber >= maxAttempts(schedule)) return undefined;
  if ('scheduleSeconds' in schedule) {
    return jittered(schedule.scheduleSeconds[attemptNumber - 1]!, SCHEDULED_JITTER, random);
  }
  const seconds = Math.min(
    schedule.baseSeconds * schedule.factor ** (attemptNumber - 1),
    schedule.maxSeconds,
  );
  return jittered(seconds, schedule.jitter, random);
}

function jittered(seconds: number, jitter: number, random: number): number {
  return Math.round(seconds * 1000 * (1 + jitter * (2 * random - 1)));
}
