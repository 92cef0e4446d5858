import { describe, expect, it } from 'vitest';
import {
  afterAttempt,
  healthy,
  pauseMs,
  type CircuitChange,
  type LaneHealth,
} from '../../src/model/circuit.js';

const ok = { success: true, probe: false };
const failed = { success: false, probe: false, code: 'timeout' };

describe('circuit breaker', () => {
  it('opens after ten failures in a row, for 30 s', () => {
    const { health, changes } = play(
      healthy,
      Array.from({ length: 10 }, () => failed),
    );
    expect(health.circuit).toBe('open');
    expect(changes).toEqual([
      { to: 'open', pauseMs: 30_000, reason: '10 failures in a row, the last: timeout' },
    ]);
  });

  it('stays closed while successes come between', () => {
    const { health } = play(healthy, [
      ...Array.from({ length: 9 }, () => failed),
      ok,
      ...Array.from({ length: 9 }, () => failed),
    ]);
    expect(health.circuit).toBe('closed');
  });

  it('opens when 70 % of at least 20 attempts of a minute fail', () => {
    const mostly = Array.from({ length: 30 }, (_, index) => (index % 4 === 0 ? ok : failed));
    const { health, changes } = play(healthy, mostly);
    expect(health.circuit).toBe('open');
    expect(changes[0]).toMatchObject({
      to: 'open',
      reason: expect.stringContaining('of 20 attempts') as string,
    });
  });

  it('forgets failures that are older than the window', () => {
    let health = healthy;
    for (let minute = 0; minute < 40; minute++) {
      health = afterAttempt(health, minute % 4 === 0 ? ok : failed, minute * 61_000).health;
    }
    expect(health.circuit).toBe('closed');
  });

  it('lets only the probe decide while it is half open', () => {
    const halfOpen: LaneHealth = { ...healthy, circuit: 'half_open', openings: 1, consecutiveFailures: 10 };
    expect(afterAttempt(halfOpen, ok, 0).change).toBeUndefined();
    expect(afterAttempt(halfOpen, failed, 0).change).toBeUndefined();
    const closed = afterAttempt(halfOpen, { ...ok, probe: true }, 0);
    expect(closed.change).toMatchObject({ to: 'closed' });
    expect(closed.health).toMatchObject({ circuit: 'closed', openings: 0, consecutiveFailures: 0 });
  });

  it('pauses longer with every failed probe, up to 15 min', () => {
    const halfOpen: LaneHealth = { ...healthy, circuit: 'half_open', openings: 1 };
    expect(afterAttempt(halfOpen, { ...failed, probe: true }, 0).change).toMatchObject({
      to: 'open',
      pauseMs: 60_000,
    });
    expect([1, 2, 3, 4, 5, 6, 7, 50].map(pauseMs)).toEqual([
      30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000, 900_000,
    ]);
  });

  it('knows since when the endpoint has only failed', () => {
    const first = afterAttempt(healthy, failed, 1_000).health;
    const later = afterAttempt(first, failed, 9_000).health;
    expect(later.failingSinceMs).toBe(1_000);
    expect(afterAttempt(later, ok, 10_000).health.failingSinceMs).toBeUndefined();
  });
});

function play(start: LaneHealth, results: { success: boolean; probe: boolean; code?: string }[]) {
  let health = start;
  const changes: CircuitChange[] = [];
  for (const [index, result] of results.entries()) {
    const after = afterAttempt(health, result, index * 100);
    health = after.health;
    if (after.change) changes.push(after.change);
  }
  return { health, changes };
}
