/** What the hot window's producer does when the queue refuses, hangs, or has never been there. */
import { type Queue } from 'bullmq';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DeliveryReference } from '../../src/model/delivery.js';
import { type ReferenceJob, ReferenceQueue } from '../../src/queue/reference-queue.js';

const reference: DeliveryReference = { deliveryId: 'd', eventId: 'e', epoch: 1 };

function queueThat(answers: Partial<Record<'add' | 'getWaitingCount', () => Promise<unknown>>>) {
  const bull = { on: () => undefined, add: async () => ({}), getWaitingCount: async () => 0, ...answers };
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
    const queue = queueThat({ add: () => Promise.reject(new Error('OOM command not allowed')) });
    queue.start((references) => givenBack.push(...references));
    await vi.advanceTimersByTimeAsync(1);
    expect(queue.room).toBeGreaterThan(0);

    queue.enqueue([reference]);
    await vi.advanceTimersByTimeAsync(900);
    expect(givenBack).toEqual([reference]);
    expect(queue.room).toBe(0);
    await vi.advanceTimersByTimeAsync(400);
    expect(queue.room).toBeGreaterThan(0);
    await queue.close();
  });

  it('takes an answer that does not come for none', async () => {
    const queue = queueThat({ getWaitingCount: () => new Promise(() => undefined) });
    queue.start();
    await vi.advanceTimersByTimeAsync(5_100);
    expect(queue.room).toBe(0);
    expect(queue.state.reachable).toBe(false);
    await queue.close();
  });
});

const many = (count: number) => Array.from({ length: count }, () => reference);

describe('jobs', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A queue that takes 4 ms for a job, and what its jobs held. */
  function slowQueue() {
    const jobs: number[] = [];
    const add = async (...[, data]: unknown[]): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 4));
      jobs.push((data as ReferenceJob).references.length);
    };
    return { jobs, queue: queueThat({ add }) };
  }

  it('hold one reference when nothing else is emitted, and that at once', async () => {
    const { jobs, queue } = slowQueue();
    for (let turn = 1; turn <= 3; turn++) {
      queue.enqueue([reference]);
      await vi.advanceTimersByTimeAsync(5);
      expect(jobs).toEqual(Array.from({ length: turn }, () => 1));
      await vi.advanceTimersByTimeAsync(50);
    }
  });

  it('hold what is emitted while the last one was made, and three times as long', async () => {
    const { jobs, queue } = slowQueue();
    for (let ms = 0; ms < 16; ms += 2) {
      queue.enqueue([reference]);
      await vi.advanceTimersByTimeAsync(2);
    }
    await vi.advanceTimersByTimeAsync(40);
    expect(jobs).toEqual([1, 7]);
  });

  it('follow each other without a rest when they hold more than a few', async () => {
    const { jobs, queue } = slowQueue();
    queue.enqueue(many(20));
    await vi.advanceTimersByTimeAsync(5);
    queue.enqueue(many(20));
    await vi.advanceTimersByTimeAsync(5);
    expect(jobs).toEqual([20, 20]);
  });
});

describe('a window', () => {
  it('is full for a backlog long before it is for what is emitted', async () => {
    let waitingJobs = 0;
    const queue = queueThat({ add: async () => ++waitingJobs, getWaitingCount: async () => waitingJobs });
    const backlog = queue.backlogRoom;
    const whole = queue.room;
    expect(whole).toBeGreaterThan(4 * backlog);

    queue.enqueue(many(backlog));
    expect(queue.backlogRoom).toBe(0);
    expect(queue.room).toBe(whole - backlog);
    await vi.waitFor(() => expect(waitingJobs).toBeGreaterThan(0));
    expect(queue.backlogRoom).toBe(0);
    expect(queue.room).toBe(whole - backlog);

    queue.enqueue(many(whole));
    expect(queue.room).toBe(0);
    await queue.close();
  });

  it('has room for a backlog again when the jobs are taken', async () => {
    vi.useFakeTimers();
    let added = 0;
    let taken = 0;
    const queue = queueThat({ add: async () => ++added, getWaitingCount: async () => added - taken });
    const backlog = queue.backlogRoom;
    // Long enough for the average of a job to be known.
    for (let turn = 0; turn < 100; turn++) {
      queue.enqueue(many(20));
      await vi.advanceTimersByTimeAsync(2);
    }
    expect(queue.backlogRoom).toBe(backlog - 2_000);
    taken = 50;
    queue.start();
    await vi.advanceTimersByTimeAsync(10);
    expect(queue.backlogRoom).toBeGreaterThan(backlog - 1_050);
    expect(queue.backlogRoom).toBeLessThan(backlog - 950);
    vi.useRealTimers();
    await queue.close();
  });
});
