import { describe, expect, it } from 'vitest';
import { defaultRetry, maxAttempts, retryDelayMs } from '../../src/model/retry-schedule.js';

describe('retry schedule', () => {
  it('grows 5 s × 4ⁿ, capped at 12 h, twelve attempts over about 2.8 days', () => {
    const pauses = Array.from({ length: 12 }, (_, index) => retryDelayMs(defaultRetry, index + 1, 0.5));
    expect(pauses.map((pause) => (pause === undefined ? undefined : pause / 1000))).toEqual([
      5,
      20,
      80,
      320,
      1280,
      5120,
      20_480,
      43_200,
      43_200,
      43_200,
      43_200,
      undefined,
    ]);
    const days = pauses.reduce<number>((sum, pause) => sum + (pause ?? 0), 0) / 86_400_000;
    expect(days).toBeGreaterThan(2.2);
    expect(days).toBeLessThan(2.9);
  });

  it('spreads each pause by the jitter, both ways', () => {
    expect(retryDelayMs(defaultRetry, 1, 0)).toBe(4_000);
    expect(retryDelayMs(defaultRetry, 1, 0.999_999)).toBe(6_000);
    expect(retryDelayMs({ ...defaultRetry, jitter: 0 }, 1, 0)).toBe(5_000);
  });

  it('follows an explicit list, one attempt more than it has pauses', () => {
    const schedule = { scheduleSeconds: [5, 300, 1800] };
    expect(maxAttempts(schedule)).toBe(4);
    expect([1, 2, 3, 4].map((attempt) => retryDelayMs(schedule, attempt, 0.5))).toEqual([
      5_000,
      300_000,
      1_800_000,
      undefined,
    ]);
  });

  it('gives up at once when only one attempt is wanted', () => {
    expect(retryDelayMs({ scheduleSeconds: [] }, 1, 0.5)).toBeUndefined();
    expect(retryDelayMs({ ...defaultRetry, maxAttempts: 1 }, 1, 0.5)).toBeUndefined();
  });
});
