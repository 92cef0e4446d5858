/** `ordering: "strict"` with two dispatchers: one at a time, in the order of emit, whatever fails, stops or is lost. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toPublicId } from '../../src/model/id.js';
import { cancelDelivery } from '../../src/replay/cancel-delivery.js';
import { replayDelivery } from '../../src/replay/replay-delivery.js';
import { queueBackends } from '../support/backends.js';
import { startPipeline, type EndpointRow, type Pipeline, type TestDispatcher } from '../support/pipeline.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

interface Seen {
  webhookId: string;
  status: number;
}

describe.each(queueBackends)('strict order, queue on $name', (backend) => {
  let pipeline: Pipeline;
  let receiver: TestReceiver;
  let second: TestDispatcher;
  let path = 0;
  /** By path: what came, in its order, and what was answered. */
  const seen = new Map<string, Seen[]>();
  const statuses = new Map<string, (nth: number, webhookId: string) => number>();
  const flights = new Map<string, { now: number; most: number }>();

  beforeAll(async () => {
    pipeline = await startPipeline(backend, { leaseSlackMs: 2_000 });
    receiver = await startReceiver();
    receiver.respondWith(({ path: at, headers }) => {
      const webhookId = headers['webhook-id']!;
      const log = seen.get(at) ?? [];
      seen.set(at, log);
      const nth = log.filter((entry) => entry.webhookId === webhookId).length + 1;
      const status = statuses.get(at)?.(nth, webhookId) ?? 200;
      log.push({ webhookId, status });
      const flight = flights.get(at) ?? { now: 0, most: 0 };
      flights.set(at, flight);
      flight.most = Math.max(flight.most, ++flight.now);
      setTimeout(() => flight.now--, 5);
      return { status, delayMs: 5 };
    });
    await pipeline.startDispatcher();
    second = await pipeline.startDispatcher();
  });
  afterAll(async () => {
    await pipeline.close();
    await receiver.close();
  });
  afterEach(async () => {
    await pipeline.query(`UPDATE endpoints SET deleted_at = now(), updated_at = clock_timestamp()`);
    await pipeline.query(`UPDATE tenants SET endpoints_version = endpoints_version + 1`);
  });

  /** An endpoint in strict order on a path of its own. */
  async function strictEndpoint(
    answer: (nth: number, webhookId: string) => number,
    endpoint: Partial<EndpointRow> = {},
  ): Promise<{ at: string; endpointId: string }> {
    const at = `/${++path}`;
    statuses.set(at, answer);
    const endpointId = await pipeline.addEndpoint({
      url: receiver.url(at),
      ordering: 'strict',
      retry: { scheduleSeconds: [0.02, 0.02, 0.02] },
      ...endpoint,
    });
    return { at, endpointId };
  }

  async function emitInOrder(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index++) ids.push(toPublicId('evt', await pipeline.emit()));
    return ids;
  }

  const settled = (endpointId: string, count: number) =>
    waitFor(
      async () => {
        const rows = await pipeline.query(
          `SELECT 1 FROM deliveries WHERE endpoint_id = $1 AND status <> 'pending'`,
          [endpointId],
        );
        return rows.length === count;
      },
      { what: `${count} deliveries to end`, timeoutMs: 30_000 },
    );

  /** The order in which each was first tried, and that nobody was tried again after a later one had begun. */
  function expectOrder(at: string, emitted: string[]): void {
    const order = (seen.get(at) ?? []).map(({ webhookId }) => emitted.indexOf(webhookId));
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(new Set(order).size).toBe(emitted.length);
    expect(flights.get(at)!.most).toBe(1);
  }

  it('keeps to the order of emit, however attempts fail', async () => {
    await fc.assert(
      fc.asyncProperty(
        // For each event: how many of its attempts fail; four are all that it has. The pause keeps the circuit closed.
        fc.array(fc.constantFrom<number>(0, 0, 0, 0, 1, 2, 4), { minLength: 3, maxLength: 12 }),
        async (failures) => {
          const plan = new Map<string, number>();
          const { at, endpointId } = await strictEndpoint((nth, webhookId) =>
            nth <= (plan.get(webhookId) ?? 0) ? 500 : 200,
          );
          // Known before anything is sent.
          await pipeline.query(`UPDATE lanes SET parked_until = 'infinity' WHERE endpoint_id = $1`, [
            endpointId,
          ]);
          const emitted = await emitInOrder(failures.length);
          for (const [index, webhookId] of emitted.entries()) plan.set(webhookId, failures[index]!);
          await pipeline.query(
            `UPDATE lanes SET parked_until = '-infinity', ready_at = now() WHERE endpoint_id = $1`,
            [endpointId],
          );
          await keepCircuitClosed(endpointId, () => settled(endpointId, failures.length));
          expectOrder(at, emitted);
          const attempts = (seen.get(at) ?? []).length;
          expect(attempts).toBe(failures.reduce((sum, failed) => sum + Math.min(failed + 1, 4), 0));
          await pipeline.query(`UPDATE endpoints SET deleted_at = now() WHERE id = $1`, [endpointId]);
          await pipeline.query(`UPDATE tenants SET endpoints_version = endpoints_version + 1`);
        },
      ),
      { numRuns: 6, endOnFailure: true },
    );
  }, 90_000);

  it('goes on in order when a dispatcher leaves, and when what was let out is lost', async () => {
    const { at, endpointId } = await strictEndpoint(() => 200);
    const emitting = emitInOrder(30);
    await waitFor(() => (seen.get(at) ?? []).length >= 5, { what: 'the first few' });
    await second.stop();
    // As a crash leaves it: claimed, and no reference anywhere.
    await pipeline.query(
      `UPDATE deliveries SET epoch = epoch + 1, leased = true, due_at = now() + interval '300 ms'
        WHERE id = (SELECT unnest(outstanding) FROM lanes WHERE endpoint_id = $1 LIMIT 1) AND status = 'pending'`,
      [endpointId],
    );
    const emitted = await emitting;
    await settled(endpointId, 30);
    second = await pipeline.startDispatcher();
    expectOrder(at, emitted);
  });

  it('passes over what failed for good, when told to skip', async () => {
    const { at, endpointId } = await strictEndpoint(() => 200, { retry: { scheduleSeconds: [] } });
    let bad = '';
    statuses.set(at, (_, webhookId) => (webhookId === (bad ||= webhookId) ? 500 : 200));
    const emitted = await emitInOrder(3);
    await settled(endpointId, 3);
    expectOrder(at, emitted);
    expect(seen.get(at)!.map(({ status }) => status)).toEqual([500, 200, 200]);
  });

  it('holds the rest behind what failed for good, until it is replayed and succeeds', async () => {
    const { at, endpointId, first } = await held();
    statuses.set(at, () => 200);
    await pipeline.database.transaction((transaction) => replayDelivery(transaction, { deliveryId: first }));
    await settled(endpointId, 3);
    expect(seen.get(at)!.map(({ status }) => status)).toEqual([500, 200, 200, 200]);
    const order = seen.get(at)!.map(({ webhookId }) => webhookId);
    expect(order[1]).toBe(order[0]);
  });

  it('holds the rest behind what failed for good, until it is given up', async () => {
    const { at, endpointId, first } = await held();
    statuses.set(at, () => 200);
    await pipeline.database.transaction((transaction) => cancelDelivery(transaction, { deliveryId: first }));
    await settled(endpointId, 3);
    expect(seen.get(at)!.map(({ status }) => status)).toEqual([500, 200, 200]);
  });

  /** Three emitted, the first failed for good, and the other two behind it. */
  async function held(): Promise<{ at: string; endpointId: string; first: string }> {
    const { at, endpointId } = await strictEndpoint(() => 500, {
      retry: { scheduleSeconds: [] },
      onFailure: 'hold',
    });
    await emitInOrder(3);
    await settled(endpointId, 1);
    await waitFor(
      async () => {
        const [lane] = await pipeline.query<{ held: boolean }>(
          `SELECT ready_at > now() + interval '30 min' AS held FROM lanes WHERE endpoint_id = $1`,
          [endpointId],
        );
        return lane!.held;
      },
      { what: 'the lane to be held' },
    );
    expect(seen.get(at)).toHaveLength(1);
    const [row] = await pipeline.query<{ id: string }>(
      `SELECT id FROM deliveries WHERE endpoint_id = $1 AND status = 'failed'`,
      [endpointId],
    );
    return { at, endpointId, first: row!.id };
  }

  it('does not let a new event overtake one that waits for its retry', async () => {
    const { at, endpointId } = await strictEndpoint((nth) => (nth === 1 ? 503 : 200), {
      retry: { scheduleSeconds: [1] },
    });
    const [one] = await emitInOrder(1);
    await waitFor(() => (seen.get(at) ?? []).length === 1, { what: 'the first attempt' });
    const [two] = await emitInOrder(1);
    await settled(endpointId, 2);
    expect(seen.get(at)!.map(({ webhookId }) => webhookId)).toEqual([one, one, two, two]);
  });

  /** Random failures may come ten in a row, which is the circuit's business and tested elsewhere. */
  async function keepCircuitClosed(endpointId: string, work: () => Promise<unknown>): Promise<void> {
    const timer = setInterval(() => {
      void pipeline.query(
        `UPDATE lanes SET consecutive_failures = 0, window_attempts = 0, window_failures = 0, circuit = 'closed',
                parked_until = '-infinity', ready_at = least(ready_at, now())
          WHERE endpoint_id = $1 AND (consecutive_failures > 5 OR window_failures > 10 OR circuit <> 'closed')`,
        [endpointId],
      );
    }, 100);
    await work().finally(() => clearInterval(timer));
  }
});
