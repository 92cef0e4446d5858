/** What a dispatcher believes of its leases. */
import { afterEach, expect, it, vi } from 'vitest';
import type { Queryable } from '../../src/store/database.js';
import { loadDeliveries } from '../../src/store/load-deliveries.js';

afterEach(() => vi.restoreAllMocks());

it('a process paused between asking and reading the answer does not take the time for its own', async () => {
  const leaseMs = 5_000;
  const pauseMs = 10_000;
  let pausedMs = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + pausedMs);
  const database = {
    query: () => {
      pausedMs += pauseMs;
      return Promise.resolve({ rows: [{ id: 'd', event_id: 'e', type: null, lease_ms: leaseMs }] });
    },
  } as unknown as Queryable;

  const [loaded] = await loadDeliveries(database, [{ deliveryId: 'd', eventId: 'e', epoch: 1 }]);

  expect(loaded!.leaseEndsAt - performance.now()).toBeLessThanOrEqual(leaseMs - pauseMs);
});
