import { describe, expect, it } from 'vitest';
import { grant, type ReadyLane } from '../../src/scheduler/grant.js';

const open: ReadyLane = {
  circuit: 'closed',
  disabled: false,
  ordered: false,
  maxInFlight: 10,
  rateLimitPerSecond: undefined,
  outstanding: 0,
  rateTokens: 0,
  sinceRefillMs: Infinity,
  sinceRampMs: undefined,
};

describe('grant of a lane', () => {
  it('gives what there is room for, but one turn’s worth at most', () => {
    expect(grant(open, 40, 1).quota).toBe(40);
    expect(grant(open, 100_000, 1).quota).toBe(256);
  });

  it('gives nothing without room, and looks again later', () => {
    expect(grant(open, 0, 1)).toMatchObject({ quota: 0, pauseMs: 250 });
  });

  it('gives a disabled endpoint nothing', () => {
    expect(grant({ ...open, disabled: true }, 40, 1).quota).toBe(0);
  });

  it('lets one probe out of a circuit that is not closed, and no second while it is out', () => {
    expect(grant({ ...open, circuit: 'open' }, 40, 1)).toMatchObject({ quota: 1, governed: true });
    expect(grant({ ...open, circuit: 'half_open', outstanding: 1 }, 40, 1).quota).toBe(0);
  });

  it('governs an endpoint that has fewer slots than there are dispatchers', () => {
    expect(grant({ ...open, maxInFlight: 2 }, 0, 3)).toMatchObject({ quota: 2, governed: true });
    expect(grant({ ...open, maxInFlight: 2, outstanding: 1 }, 0, 3).quota).toBe(1);
    expect(grant({ ...open, maxInFlight: 3 }, 5, 3)).toMatchObject({ quota: 5, governed: false });
  });

  it('keeps a rate limit within 10 % over 10 s, whatever is due', () => {
    for (const ratePerSecond of [1, 3, 20, 500]) {
      let tokens = 0;
      let sinceRefillMs = Infinity;
      let sent = 0;
      for (let nowMs = 0; nowMs < 10_000;) {
        const lane = { ...open, rateLimitPerSecond: ratePerSecond, rateTokens: tokens, sinceRefillMs };
        const granted = grant(lane, 1_000, 1);
        sent += granted.quota;
        tokens = granted.tokens! - granted.quota;
        const waitedMs = Math.max(5, granted.pauseMs);
        nowMs += waitedMs;
        sinceRefillMs = waitedMs;
      }
      expect(sent / 10).toBeLessThanOrEqual(Math.max(ratePerSecond * 1.1, ratePerSecond + 0.1));
      expect(sent / 10).toBeGreaterThanOrEqual(ratePerSecond * 0.9);
    }
  });

  it('ramps a recovered endpoint up, doubling every second, until it is past any limit', () => {
    const first = grant({ ...open, sinceRampMs: 0, sinceRefillMs: 1_000 }, 1_000, 1);
    const third = grant({ ...open, sinceRampMs: 3_000, sinceRefillMs: 1_000 }, 1_000, 1);
    expect(first.quota).toBe(25);
    expect(third.quota).toBe(200);
    expect(grant({ ...open, sinceRampMs: 10_000 }, 1_000, 1).tokens).toBeUndefined();
  });
});
