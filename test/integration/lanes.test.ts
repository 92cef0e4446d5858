/** One endpoint never harms another: caps, limits, circuits and fair shares, with two dispatchers on both backends. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueBackends } from '../support/backends.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

describe.each(queueBackends)('lanes over two dispatchers, queue on $name', (backend) => {
  let pipeline: Pipeline;
  let receiver: TestReceiver;
  const flights = new Map<string, { now: number; most: number }>();
  const slowPaths = new Map<string, number>();
  const failing = new Set<string>();

  beforeAll(async () => {
    // Leases outlast the test: whatever is delivered here was not rescued.
    pipeline = await startPipeline(backend, { leaseSlackMs: 60_000 });
    receiver = await startReceiver();
    receiver.respondWith(({ path }) => {
      const delayMs = slowPaths.get(path) ?? 0;
      const flight = flights.get(path) ?? { now: 0, most: 0 };
      flights.set(path, flight);
      flight.most = Math.max(flight.most, ++flight.now);
      setTimeout(() => flight.now--, delayMs);
      return { status: failing.has(path) ? 500 : 200, delayMs };
    });
    await pipeline.startDispatcher();
    await pipeline.startDispatcher();
    // The first must have noticed the second, or it takes every slot for its own.
    await waitFor(async () => (await pipeline.query('SELECT 1 FROM dispatchers')).length === 2, {
      what: 'both dispatchers',
    });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
  });
  afterAll(async () => {
    await pipeline.close();
    await receiver.close();
  });

  const received = (path: string) => receiver.requests.filter((request) => request.path === path);
  const emitMany = (type: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => pipeline.emit(type)));
  const lane = async (endpointId: string) =>
    (await pipeline.query<Lane>('SELECT * FROM lanes WHERE endpoint_id = $1', [endpointId]))[0]!;

  it('never has more in flight to an endpoint than it allows, and delivers everything', async () => {
    slowPaths.set('/capped', 20);
    await pipeline.addEndpoint({ url: receiver.url('/capped'), eventTypes: ['capped'], maxInFlight: 5 });
    await emitMany('capped', 300);
    await waitFor(() => received('/capped').length === 300, { what: 'all 300', timeoutMs: 20_000 });
    expect(flights.get('/capped')!.most).toBeLessThanOrEqual(5);
    expect(flights.get('/capped')!.most).toBeGreaterThanOrEqual(4); // and it uses what it has
  });

  it('has one at a time in flight when one is all that is allowed', async () => {
    slowPaths.set('/single', 15);
    await pipeline.addEndpoint({ url: receiver.url('/single'), eventTypes: ['single'], maxInFlight: 1 });
    await emitMany('single', 30);
    await waitFor(() => received('/single').length === 30, { what: 'all 30', timeoutMs: 20_000 });
    expect(flights.get('/single')!.most).toBe(1);
  });

  it('keeps a rate limit over both dispatchers', async () => {
    await pipeline.addEndpoint({
      url: receiver.url('/limited'),
      eventTypes: ['limited'],
      rateLimitPerSecond: 40,
    });
    await emitMany('limited', 120);
    await waitFor(() => received('/limited').length === 120, { what: 'all 120', timeoutMs: 20_000 });
    const times = received('/limited').map((request) => request.receivedAt.getTime());
    const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
    // 120 at 40/s with half a second's burst: between 2.4 s and a little over 3 s.
    expect(seconds).toBeGreaterThan(2.2);
    expect(seconds).toBeLessThan(5);
  });

  it('delivers to healthy endpoints while others hang with a backlog', async () => {
    slowPaths.set('/hanging', 60_000);
    await pipeline.addEndpoint({
      url: receiver.url('/hanging'),
      eventTypes: ['both'],
      timeoutMs: 40_000, // longer than the test: what was given up would still count as in flight at the receiver
      retry: { scheduleSeconds: [3600] },
    });
    await pipeline.addEndpoint({ url: receiver.url('/healthy'), eventTypes: ['both'] });
    await emitMany('both', 1_000);
    await waitFor(() => received('/healthy').length === 1_000, {
      what: 'the healthy endpoint’s 1,000',
      timeoutMs: 20_000,
    });
    expect(flights.get('/hanging')!.most).toBeLessThanOrEqual(10);
  });

  it('opens the circuit, lets one probe out at a time, and drains when it closes', async () => {
    failing.add('/broken');
    const endpointId = await pipeline.addEndpoint({
      url: receiver.url('/broken'),
      eventTypes: ['broken'],
      retry: { scheduleSeconds: Array.from({ length: 20 }, () => 1) },
    });
    await emitMany('broken', 60);
    await waitFor(async () => (await lane(endpointId)).circuit === 'open', { what: 'the circuit to open' });
    await waitFor(async () => noneLeased(endpointId), { what: 'the window to empty', timeoutMs: 20_000 });
    const { circuit_reason: reason, parked_until: parkedUntil } = await lane(endpointId);
    expect(reason).toContain('failures in a row');
    expect(parkedUntil.getTime() - pipeline.clock.nowMs()).toBeGreaterThan(10_000);

    // While it is open nothing is sent, and no attempts are used up.
    const sent = received('/broken').length;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(received('/broken')).toHaveLength(sent);

    // The pause is over: exactly one probe; it fails, and the pause is longer.
    await pipeline.query(`UPDATE lanes SET parked_until = now() WHERE endpoint_id = $1`, [endpointId]);
    await waitFor(async () => (await lane(endpointId)).circuit_openings === 2, { what: 'the probe to fail' });
    expect(received('/broken')).toHaveLength(sent + 1);
    expect((await lane(endpointId)).parked_until.getTime() - pipeline.clock.nowMs()).toBeGreaterThan(40_000);

    failing.delete('/broken');
    await pipeline.query(`UPDATE lanes SET parked_until = now() WHERE endpoint_id = $1`, [endpointId]);
    await waitFor(async () => allSucceeded(endpointId), { what: 'the backlog to drain', timeoutMs: 25_000 });
    expect(await lane(endpointId)).toMatchObject({
      circuit: 'closed',
      circuit_openings: 0,
      failing_since: null,
    });
  });

  async function noneLeased(endpointId: string): Promise<boolean> {
    const rows = await pipeline.query('SELECT 1 FROM deliveries WHERE endpoint_id = $1 AND leased', [
      endpointId,
    ]);
    return rows.length === 0;
  }

  async function allSucceeded(endpointId: string): Promise<boolean> {
    const rows = await pipeline.query(
      `SELECT 1 FROM deliveries WHERE endpoint_id = $1 AND status <> 'succeeded'`,
      [endpointId],
    );
    return rows.length === 0;
  }
});

interface Lane {
  [column: string]: unknown;
  circuit: string;
  circuit_reason: string;
  circuit_openings: number;
  parked_until: Date;
  failing_since: Date | null;
}
