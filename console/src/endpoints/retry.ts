/** Retry schedules as people read and write them; what a schedule of the API comes to, pause by pause. */
import type { Retry } from '../api/types.js';
import { duration } from '../kit/words.js';

/** In force where an endpoint has none of its own; held against src/model/retry-schedule.ts by a test. */
export const defaultRetry = { baseSeconds: 5, factor: 4, maxSeconds: 43_200, maxAttempts: 12, jitter: 0.2 };

export type RetryDraft =
  | { kind: 'default' }
  | {
      kind: 'growing';
      baseSeconds: number;
      factor: number;
      maxSeconds: number;
      maxAttempts: number;
      jitter: number;
    }
  | { kind: 'listed'; pauses: string };

export function retryDraftOf(retry: Retry): RetryDraft {
  if ('scheduleSeconds' in retry) {
    return { kind: 'listed', pauses: retry.scheduleSeconds.map(pauseText).join(', ') };
  }
  const whole = { ...defaultRetry, ...retry };
  const isDefault = Object.entries(defaultRetry).every(
    ([name, value]) => whole[name as keyof typeof whole] === value,
  );
  return isDefault ? { kind: 'default' } : { kind: 'growing', ...whole };
}

/** What the API is told: null for the default. @throws Error when the pauses cannot be read */
export function retryOf(draft: RetryDraft): Retry | null {
  switch (draft.kind) {
    case 'default':
      return null;
    case 'growing': {
      const { kind: _kind, ...retry } = draft;
      return retry;
    }
    case 'listed':
      return { scheduleSeconds: readPauses(draft.pauses) };
  }
}

const UNIT_SECONDS: Record<string, number> = { '': 1, s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };

/** `5s, 5m, 30m, 2h`. @throws Error naming what cannot be read */
export function readPauses(text: string): number[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => {
      const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(part) ?? [];
      const seconds = Number(number) * (UNIT_SECONDS[unit.toLowerCase()] ?? NaN);
      if (!(seconds >= 1)) throw new Error(`“${part}” is no pause; write 30s, 5m, 2h or 1d`);
      return seconds;
    });
}

export function pausesProblem(draft: RetryDraft): string | undefined {
  try {
    retryOf(draft);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The pauses before the second, third, … attempt, in seconds, without their jitter. */
export function pausesOf(retry: Retry | null): number[] {
  if (retry !== null && 'scheduleSeconds' in retry) return retry.scheduleSeconds;
  const { baseSeconds, factor, maxSeconds, maxAttempts } = { ...defaultRetry, ...retry };
  return Array.from({ length: Math.max(0, maxAttempts - 1) }, (_, index) =>
    Math.min(maxSeconds, baseSeconds * factor ** index),
  );
}

const PAUSES_SHOWN = 7;

/** `12 attempts in 2.8 days: after 5 s, 20 s, 80 s, …` */
export function retryWords(retry: Retry | null): string {
  const pauses = pausesOf(retry);
  if (pauses.length === 0) return 'one attempt only';
  const total = pauses.reduce((sum, seconds) => sum + seconds, 0);
  const shown = pauses.slice(0, PAUSES_SHOWN).map((seconds) => duration(seconds * 1_000));
  const more = pauses.length > PAUSES_SHOWN ? ', …' : '';
  return `${pauses.length + 1} attempts within ${duration(total * 1_000)}: after ${shown.join(', ')}${more}`;
}

function pauseText(seconds: number): string {
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const) {
    if (seconds >= size && seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return `${seconds}s`;
}
