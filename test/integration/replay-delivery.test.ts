/** Replaying and canceling one delivery, in the ledger: what changes, who wins, and what a stale attempt can still do. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryStatus } from '../../src/model/delivery.js';
import { newUuid } from '../../src/model/id.js';
import { cancelDelivery, type DeliveryToCancel } from '../../src/replay/cancel-delivery.js';
import { replayDelivery, type DeliveryToReplay } from '../../src/replay/replay-delivery.js';
import { deleteEndpointsOf } from '../../src/store/endpoint-deletion.js';
import { recordAttempts } from '../../src/store/record-attempts.js';
import { createLedger, type Ledger } from '../support/ledger.js';
import { waitFor } from '../support/wait-for.js';

let ledger: Ledger;
let tenantId: string;
let endpointId: string;
beforeAll(async () => {
  ledger = await createLedger();
});
afterAll(() => ledger.close());
beforeEach(async () => {
  tenantId = await ledger.addTenant(newUuid(ledger.clock.nowMs()));
  endpointId = await ledger.addEndpoint(tenantId);
});

const replay = (delivery: DeliveryToReplay) =>
  ledger.database.transaction((transaction) => replayDelivery(transaction, delivery));
const cancel = (delivery: DeliveryToCancel) =>
  ledger.database.transaction((transaction) => cancelDelivery(transaction, delivery));

async function delivery(status: DeliveryStatus): Promise<string> {
  const [id] = await ledger.addDeliveries(tenantId, { endpointId, status, statusCode: 503 });
  return id!;
}

async function stored(id: string) {
  const [row] = await ledger.query<Record<string, unknown>>(
    `SELECT d.status, d.leased, d.epoch, d.attempt_count, d.schedule_attempts, d.trigger, d.replay_id,
            d.last_status_code, d.completed_at, d.due_at <= now() AS due FROM deliveries d WHERE d.id = $1`,
    [id],
  );
  return row!;
}

const isRefusedWith = (code: string) => expect.objectContaining({ code }) as Error;

describe('replaying a delivery', () => {
  it.each(['succeeded', 'failed', 'canceled'] as const)(
    'takes one that %s back to pending, due now, with a fresh schedule',
    async (status) => {
      const id = await delivery(status);
      await replay({ deliveryId: id });
      expect(await stored(id)).toEqual({
        status: 'pending',
        leased: false,
        epoch: 2,
        attempt_count: 3,
        schedule_attempts: 0,
        trigger: 'replay',
        replay_id: null,
        last_status_code: 503,
        completed_at: null,
        due: true,
      });
    },
  );

  it('wakes the lane', async () => {
    await ledger.query(`UPDATE lanes SET ready_at = 'infinity' WHERE endpoint_id = $1`, [endpointId]);
    await replay({ deliveryId: await delivery('failed') });
    const lanes = await ledger.query(`SELECT ready_at <= now() AS ready FROM lanes WHERE endpoint_id = $1`, [
      endpointId,
    ]);
    expect(lanes).toEqual([{ ready: true }]);
  });

  it('lets one of twenty at once win', async () => {
    const deliveryId = await delivery('failed');
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => replay({ deliveryId })));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toEqual(isRefusedWith('delivery_not_replayable'));
    }
    expect(await stored(deliveryId)).toMatchObject({ epoch: 2 });
  });

  it('is refused for another tenant, as if the delivery did not exist', async () => {
    const deliveryId = await delivery('failed');
    const stranger = await ledger.addTenant('stranger');
    await expect(replay({ deliveryId, tenantId: stranger })).rejects.toEqual(
      isRefusedWith('delivery_not_found'),
    );
    expect(await stored(deliveryId)).toMatchObject({ status: 'failed', epoch: 1 });
  });

  it('is refused when its endpoint is gone', async () => {
    const deliveryId = await delivery('canceled');
    await deleteEndpointsOf(ledger.database, { tenantId, endpointId });
    await expect(replay({ deliveryId })).rejects.toEqual(isRefusedWith('endpoint_deleted'));
  });

  it('waits for a deletion that is under way, and is refused by it', async () => {
    const deliveryId = await delivery('failed');
    let replaying: Promise<unknown> = Promise.resolve();
    await ledger.database.transaction(async (transaction) => {
      await deleteEndpointsOf(transaction, { tenantId, endpointId });
      replaying = replay({ deliveryId }).catch((error: unknown) => error);
      await waitFor(
        async () =>
          (await ledger.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)).length > 0,
        { what: 'the replay to wait for the deletion' },
      );
    });
    expect(await replaying).toEqual(isRefusedWith('endpoint_deleted'));
  });

  it('keeps a stale attempt from deciding anything', async () => {
    const deliveryId = await delivery('succeeded');
    await replay({ deliveryId });
    expect(await reportSuccess(deliveryId, 1)).toEqual(new Set());
    expect(await stored(deliveryId)).toMatchObject({ status: 'pending' });
  });
});

describe('canceling a delivery', () => {
  it('ends a pending one, and fences off the attempt that is on its way', async () => {
    const deliveryId = await delivery('pending');
    await ledger.query(`UPDATE deliveries SET leased = true WHERE id = $1`, [deliveryId]);
    await cancel({ deliveryId });
    expect(await stored(deliveryId)).toMatchObject({
      status: 'canceled',
      leased: false,
      epoch: 2,
      completed_at: expect.any(Date) as Date,
    });
    expect(await reportSuccess(deliveryId, 1)).toEqual(new Set());
    expect(await stored(deliveryId)).toMatchObject({ status: 'canceled' });
  });

  it('gives up one that failed', async () => {
    const deliveryId = await delivery('failed');
    await cancel({ deliveryId });
    expect(await stored(deliveryId)).toMatchObject({ status: 'canceled', last_status_code: 503 });
  });

  it.each(['succeeded', 'canceled'] as const)('is refused for one that %s', async (status) => {
    const deliveryId = await delivery(status);
    await expect(cancel({ deliveryId })).rejects.toEqual(isRefusedWith('delivery_not_cancelable'));
  });

  it('is refused for another tenant, as if the delivery did not exist', async () => {
    const deliveryId = await delivery('pending');
    const stranger = await ledger.addTenant('another stranger');
    await expect(cancel({ deliveryId, tenantId: stranger })).rejects.toEqual(
      isRefusedWith('delivery_not_found'),
    );
  });

  it('of a cancel and a replay at once, leaves what some order of the two would', async () => {
    const deliveryId = await delivery('pending');
    const [canceled, replayed] = await Promise.allSettled([cancel({ deliveryId }), replay({ deliveryId })]);
    expect(canceled.status).toBe('fulfilled');
    const { status } = await stored(deliveryId);
    expect(status).toBe(replayed.status === 'fulfilled' ? 'pending' : 'canceled');
  });
});

/** What a dispatcher would write after a 200, under the epoch that it was given. */
function reportSuccess(deliveryId: string, epoch: number): Promise<Set<string>> {
  const eventId = newUuid(ledger.clock.nowMs());
  return recordAttempts(ledger.database, [
    {
      attemptId: newUuid(ledger.clock.nowMs()),
      deliveryId,
      tenantId,
      endpointId,
      eventId,
      attemptNumber: 4,
      epoch,
      trigger: 'emit',
      url: 'https://example.com/',
      requestHeaders: '{}',
      statusCode: 200,
      responseHeaders: '{}',
      responseBody: null,
      responseBodyTruncated: false,
      errorCode: null,
      errorMessage: null,
      remoteAddress: null,
      timings: '{}',
      durationMs: 1,
      startedAt: new Date(),
      status: 'succeeded',
      delayMs: 0,
      counted: true,
    },
  ]);
}
