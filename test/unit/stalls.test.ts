import { describe, expect, it } from 'vitest';
import { findStalls } from '../../src/telemetry/stalls.js';

const WELL = { inFlight: 3, stalledMs: 0, takingMs: 12, stuckMs: 59_000, workerEndedMs: undefined };
const SETTINGS = { inFlightMax: 10, stalledAfterMs: 30_000 };

describe('a dispatcher', () => {
  it.each([
    ['that waits for slow receivers', {}],
    ['whose every slot is taken by them', { inFlight: 10, stalledMs: 89_000, stuckMs: 89_000 }],
  ])('%s has not stopped', (_, seen) => {
    expect(findStalls({ ...WELL, ...seen }, SETTINGS)).toEqual([]);
  });

  it.each([
    ['that leaves work in the queue', { stalledMs: 31_000 }, /^the queue holds work/],
    [
      'whose slots have been taken for too long',
      { inFlight: 10, stalledMs: 91_000 },
      /^the queue holds work/,
    ],
    ['that never comes to the end of a job', { takingMs: 91_000 }, /half taken in$/],
    ['whose requests do not end', { stuckMs: 91_000 }, /^requests are open/],
    ['whose worker is gone, even when others do its work', { workerEndedMs: 1 }, /has ended/],
  ])('%s has stopped, and says how', (_, seen, says) => {
    const stalls = findStalls({ ...WELL, ...seen }, SETTINGS);
    expect(stalls.map((stall) => stall.says)).toEqual([expect.stringMatching(says)]);
  });
});
