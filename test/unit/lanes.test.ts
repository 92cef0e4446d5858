import { describe, expect, it } from 'vitest';
import { Lanes } from '../../src/dispatcher/lanes.js';
import type { LoadedDelivery } from '../../src/store/load-deliveries.js';

describe('lanes', () => {
  it('let no more than its share of an endpoint fly at once', () => {
    const lanes = new Lanes(
      100,
      (_, max) => max,
      () => 3,
    );
    for (let index = 0; index < 8; index++) lanes.admit(delivery('a', index), false);
    expect(startAll(lanes)).toHaveLength(3);
    expect(lanes.next()).toBeUndefined();
  });

  it('have room for whole deliveries only, though half a claim is expected', () => {
    const lanes = new Lanes(
      100,
      (_, max) => max,
      () => 10,
    );
    const before = lanes.room('a', 10);
    lanes.lane('a').expect(1 / 2);
    expect(lanes.room('a', 10)).toBe(before - 1);
  });

  it('refill a slot from the line when a request ends', () => {
    const lanes = new Lanes(
      100,
      (_, max) => max,
      () => 1,
    );
    const [first, second] = [delivery('a', 1), delivery('a', 2)];
    lanes.admit(first, false);
    lanes.admit(second, false);
    expect(startAll(lanes)).toEqual([first]);
    lanes.finished(first);
    expect(startAll(lanes)).toEqual([second]);
  });

  it('take turns: a long line has no advantage over a short one', () => {
    const lanes = new Lanes(
      4,
      (_, max) => max,
      () => 10,
    );
    for (let index = 0; index < 10; index++) lanes.admit(delivery('long', index), false);
    lanes.admit(delivery('short', 1), false);
    expect(startAll(lanes).map((started) => started.endpointId)).toEqual(['long', 'short', 'long', 'long']);
  });

  it('give every other turn to endpoints that do well, however many others have failed lately', () => {
    const lanes = new Lanes(
      6,
      (_, max) => max,
      () => 10,
    );
    for (let index = 0; index < 50; index++) lanes.admit(troubled(delivery(`failing-${index}`, 1)), false);
    for (let index = 0; index < 3; index++) lanes.admit(delivery('well', index), false);
    const started = startAll(lanes).map(({ endpointId }) => endpointId);
    expect(started.filter((endpointId) => endpointId === 'well')).toHaveLength(3);
    expect(started).toHaveLength(6);
  });

  it('move a lane to the others when its endpoint begins to fail, without doubling its turns', () => {
    const lanes = new Lanes(
      10,
      (_, max) => max,
      () => 10,
    );
    lanes.admit(delivery('a', 1), false);
    lanes.admit(troubled(delivery('a', 2)), false);
    lanes.admit(delivery('b', 1), false);
    expect(startAll(lanes).map(({ endpointId }) => endpointId)).toEqual(['b', 'a', 'a']);
  });

  it('send back what would wait too long: a short line for an endpoint that has not proven fast', () => {
    const lanes = new Lanes(
      10_000,
      (_, max) => max,
      () => 10,
    );
    let admitted = 0;
    while (lanes.admit(delivery('a', admitted), false)) admitted++;
    expect(admitted).toBeGreaterThan(10);
    expect(admitted).toBeLessThanOrEqual(1_010);
    expect(lanes.lane('a').hungry).toBe(true);
  });

  it('admit nothing where this process has no share, except what the scheduler let out itself', () => {
    const lanes = new Lanes(
      100,
      () => 0,
      () => 1,
    );
    expect(lanes.admit(delivery('a', 1), false)).toBe(false);
    const probe = delivery('a', 2, true);
    expect(lanes.admit(probe, true)).toBe(true);
    expect(lanes.next()).toBe(probe);
  });

  it('say how much room there is for what the scheduler may claim, and count what it has claimed', () => {
    const lanes = new Lanes(
      100,
      (_, max) => max,
      () => 10,
    );
    const room = lanes.room('a', 10);
    expect(room).toBeGreaterThan(10);
    lanes.lane('a').expect(5);
    expect(lanes.room('a', 10)).toBe(room - 5);
    lanes.admit(delivery('a', 1), false); // arrived: no longer expected, but here
    expect(lanes.room('a', 10)).toBe(room - 5);
  });

  it('empty every line when asked to stop', () => {
    const lanes = new Lanes(
      1,
      (_, max) => max,
      () => 5,
    );
    for (const endpoint of ['a', 'b', 'c']) lanes.admit(delivery(endpoint, 1), false);
    startAll(lanes);
    expect(lanes.takeAll()).toHaveLength(2);
    expect(lanes.waiting).toBe(0);
  });
});

function startAll(lanes: Lanes): LoadedDelivery[] {
  const started: LoadedDelivery[] = [];
  for (let next = lanes.next(); next !== undefined; next = lanes.next()) started.push(next);
  return started;
}

function delivery(endpointId: string, index: number, governed = false): LoadedDelivery {
  return {
    deliveryId: `${endpointId}-${index}`,
    eventId: 'event',
    epoch: 1,
    tenantId: 'tenant',
    endpointId,
    attemptCount: 0,
    scheduleAttempts: 0,
    trigger: 'emit',
    createdAt: new Date(0),
    leaseEndsAt: Infinity,
    event: undefined,
    endpointVersion: '1',
    endpointDisabled: false,
    lane: { parked: false, circuit: 'closed', governed, troubled: false },
  };
}

function troubled(one: LoadedDelivery): LoadedDelivery {
  return { ...one, lane: { ...one.lane, troubled: true } };
}
