import { expect, it } from 'vitest';
import { StallWatch } from '../../src/telemetry/stall-watch.js';

it('is calm while there is no work, however long nothing happens', () => {
  const watch = new StallWatch();
  for (let second = 0; second < 100; second++)
    expect(watch.see({ waiting: 0, progress: 7 }, second * 1000)).toBe(0);
});

it('is calm while work is done, however much is left', () => {
  const watch = new StallWatch();
  for (let second = 0; second < 100; second++)
    expect(watch.see({ waiting: 400, progress: second }, second * 1000)).toBe(0);
});

it('tells for how long work has waited while nothing was done', () => {
  const watch = new StallWatch();
  watch.see({ waiting: 0, progress: 7 }, 0);
  expect(watch.see({ waiting: 3, progress: 7 }, 60_000)).toBe(0); // it has only just come
  expect(watch.see({ waiting: 3, progress: 7 }, 75_000)).toBe(15_000);
  expect(watch.see({ waiting: 2, progress: 8 }, 76_000)).toBe(0);
  expect(watch.see({ waiting: 2, progress: 8 }, 80_000)).toBe(4_000);
});
