/** Whose turn it is in a look of the scheduler: lanes that fail must not stand before lanes that do not, however many they are. */
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryReference } from '../../src/model/delivery.js';
import { Scheduler } from '../../src/scheduler/scheduler.js';
import { LaneWaker } from '../../src/store/lane-waker.js';
import { createLedger, type Ledger } from '../support/ledger.js';

const log = pino({ level: 'silent' });
/** More than a look takes of one kind. */
const FAILING = 200;

describe('turns of lanes', () => {
  let ledger: Ledger;
  let tenantId: string;
  let claimed: DeliveryReference[];
  let scheduler: Scheduler;
  let free: number;

  beforeAll(async () => {
    ledger = await createLedger();
  });
  afterAll(() => ledger.close());

  beforeEach(async () => {
    await ledger.query('DELETE FROM lanes');
    tenantId = await ledger.addTenant(`tenant-${Math.random()}`);
    claimed = [];
    free = 1_000;
    scheduler = new Scheduler({
      database: ledger.database,
      queue: { backlogRoom: 2_048, enqueue: (references) => void claimed.push(...references) },
      waker: new LaneWaker(ledger.database, log),
      settings: { attemptTimeoutMs: 15_000, endpointInFlightMax: 100, leaseSlackMs: 15_000 },
      log,
      room: () => 100,
      free: () => free,
      expect: () => undefined,
      dispatchers: () => 1,
    });
  });

  /** With deliveries that are due, for so long. */
  async function addLanes(count: number, lane: { failures: number; sinceSeconds: number; due: number }) {
    const deliveries: string[] = [];
    for (let made = 0; made < count; made++) {
      const endpointId = await ledger.addEndpoint(tenantId);
      deliveries.push(...(await ledger.addDeliveries(tenantId, { endpointId, status: 'pending' }, lane.due)));
      await ledger.query(
        `UPDATE lanes SET consecutive_failures = $2, ready_at = now() - $3 * interval '1 s' WHERE endpoint_id = $1`,
        [endpointId, lane.failures, lane.sinceSeconds],
      );
    }
    return new Set(deliveries);
  }
  const claimedOf = (deliveries: Set<string>) =>
    claimed.filter(({ deliveryId }) => deliveries.has(deliveryId)).length;

  it('takes the deliveries of an endpoint that answers at once, though hundreds that fail have waited longer', async () => {
    const failing = await addLanes(FAILING, { failures: 1, sinceSeconds: 60, due: 2 });
    const well = await addLanes(1, { failures: 0, sinceSeconds: 0, due: 50 });
    await scheduler.look();
    expect(claimedOf(well)).toBe(50);
    expect(claimedOf(failing)).toBeGreaterThan(0);
  });

  it('gives either kind one half when there is not room for all', async () => {
    free = 80;
    const failing = await addLanes(20, { failures: 3, sinceSeconds: 60, due: 10 });
    const well = await addLanes(2, { failures: 0, sinceSeconds: 0, due: 100 });
    await scheduler.look();
    expect(claimedOf(well)).toBe(40);
    expect(claimedOf(failing)).toBe(40);
  });

  it('gives the whole to one kind when nothing of the other is due', async () => {
    free = 80;
    const failing = await addLanes(20, { failures: 3, sinceSeconds: 60, due: 10 });
    await scheduler.look();
    expect(claimedOf(failing)).toBe(80);
  });
});
