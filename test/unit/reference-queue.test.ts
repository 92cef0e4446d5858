/** What the hot window's producer does when the queue refuses, hangs, or has never been there. */
import { type Queue } from 'bullmq';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DeliveryReference } from '../../src/model/delivery.js';
import { type ReferenceJob, ReferenceQueue } from '../../src/queue/reference-queue.js';

const reference: DeliveryReference = { deliveryId: 'd', eventId: 'e', epoch: 1 };

function queueThat(answers: Partial<Record<'addBulk' | 'getWaitingCount', () => Promise<unknown>>>) {
  const bull = { on: () => undefined, addBulk: async () => [], getWaitingCount: async () => 0, ...answers };
  return new ReferenceQueue(bull as unknown as Queue<ReferenceJob>, pino({ level: 'silent' }));
}

describe('a queue that is not there for us', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives back what was refused, and shuts the window for a second though the queue can be read', async () => {
    const givenBack: DeliveryReference[] = [];
    const queue = queueThat({ addBulk: () => Promise.reject(new Error('OOM command not allowed')) });
    queue.start((references) => givenBack.push(...references));
    await vi.advanceTimersByTimeAsync(1);
    expect(queue.open).toBe(true);

    queue.enqueue([reference]);
    await vi.advanceTimersByTimeAsync(900);
    expect(givenBack).toEqual([reference]);
    expect(queue.open).toBe(false);
    await vi.advanceTimersByTimeAsync(400);
    expect(queue.open).toBe(true);
    await queue.close();
  });

  it('takes an answer that does not come for none', async () => {
    const queue = queueThat({ getWaitingCount: () => new Promise(() => undefined) });
    queue.start();
    await vi.advanceTimersByTimeAsync(5_100);
    expect(queue.open).toBe(false);
    expect(queue.state.reachable).toBe(false);
    await queue.close();
  });
});
