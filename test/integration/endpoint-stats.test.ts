/** An endpoint's figures: exact while there is little, bounded and saying so when there is much. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newUuid } from '../../src/model/id.js';
import { readEndpointStats } from '../../src/store/endpoint-stats.js';
import { createLedger, type Ledger } from '../support/ledger.js';

const HOUR_MS = 3_600_000;

describe('endpoint stats', () => {
  let ledger: Ledger;
  let tenantId: string;
  let endpointId: string;
  let tenants = 0;

  beforeAll(async () => {
    ledger = await createLedger();
  });
  afterAll(() => ledger.close());
  beforeEach(async () => {
    tenantId = await ledger.addTenant(`tenant-${++tenants}`);
    endpointId = await ledger.addEndpoint(tenantId);
  });

  const stats = (windowMs = HOUR_MS) =>
    readEndpointStats(ledger.database, endpointId, windowMs, ledger.clock.nowMs());

  /** One attempt each, `agoMs` before now. */
  async function attempt(
    deliveryIds: string[],
    {
      agoMs = 0,
      errorCode = null,
      durationMs = () => 10,
    }: { agoMs?: number; errorCode?: string | null; durationMs?: (index: number) => number } = {},
  ): Promise<void> {
    const atMs = ledger.clock.nowMs() - agoMs;
    await ledger.query(
      `WITH made AS (
         INSERT INTO attempts (id, delivery_id, tenant_id, endpoint_id, event_id, attempt_number, epoch, trigger, url,
                               request_headers, status_code, error_code, timings, duration_ms, started_at)
         SELECT a.id, a.delivery_id, $3, $4, a.delivery_id, 1, 1, 'emit', 'https://example.com/', '{}', 200, $5, '{}',
                a.duration_ms, $6
           FROM unnest($1::uuid[], $2::uuid[], $7::real[]) AS a (id, delivery_id, duration_ms))
       UPDATE deliveries d SET last_attempt_at = $6 WHERE d.id = ANY ($2)`,
      [
        deliveryIds.map(() => newUuid(atMs)),
        deliveryIds,
        tenantId,
        endpointId,
        errorCode,
        new Date(atMs),
        deliveryIds.map((_, index) => durationMs(index)),
      ],
    );
  }

  it('of an endpoint that was never called are empty', async () => {
    expect(await stats()).toMatchObject({
      sampled: false,
      attempts: 0,
      succeeded: 0,
      latencyMs: null,
      lastSuccessAt: null,
      lastFailureAt: null,
      backlog: { waiting: 0, more: false, dueSince: null },
    });
  });

  it('count the attempts of the window, and their latencies', async () => {
    const ids = await ledger.addDeliveries(tenantId, { endpointId, status: 'succeeded' }, 100);
    await attempt(ids, { durationMs: (index) => index + 1 });
    const failed = await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 5);
    await attempt(failed, { errorCode: 'timeout', durationMs: () => 15_000 });
    const before = await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 3);
    await attempt(before, { agoMs: 2 * HOUR_MS, errorCode: 'timeout' });
    const other = await ledger.addEndpoint(tenantId);
    await attempt(await ledger.addDeliveries(tenantId, { endpointId: other, status: 'succeeded' }, 2));

    const hour = await stats();
    expect(hour).toMatchObject({ attempts: 105, succeeded: 100, sampled: false });
    expect(hour.latencyMs!.p50).toBeCloseTo(53, 0);
    expect(hour.latencyMs!.p99).toBe(15_000);
    expect(hour.lastFailureAt!.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(await stats(24 * HOUR_MS)).toMatchObject({ attempts: 108, succeeded: 100 });
  });

  it('count a retry made in the window of a delivery that is older', async () => {
    const ids = await ledger.addDeliveries(tenantId, { endpointId, status: 'pending' });
    await attempt(ids, { agoMs: 5 * HOUR_MS, errorCode: 'timeout' });
    await attempt(ids, { agoMs: 60_000, errorCode: 'timeout' });
    expect(await stats()).toMatchObject({ attempts: 1, succeeded: 0 });
  });

  it('tell the backlog, and since when its first is due', async () => {
    const ids = await ledger.addDeliveries(tenantId, { endpointId, status: 'pending' }, 4);
    await ledger.query(`UPDATE deliveries SET due_at = now() + interval '1 hour' WHERE id = $1`, [ids[0]]);
    await ledger.query(`UPDATE deliveries SET due_at = now() - interval '1 hour' WHERE id = $1`, [ids[1]]);
    await ledger.query(`UPDATE deliveries SET leased = true WHERE id = $1`, [ids[2]]);
    const { backlog } = await stats();
    expect(backlog).toMatchObject({ waiting: 3, more: false });
    expect(backlog.dueSince!.getTime()).toBeCloseTo(Date.now() - HOUR_MS, -4);
  });

  it('look at the newest deliveries only when there are many, and say so', async () => {
    const old = await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 200);
    await attempt(old, { errorCode: 'timeout' });
    const ids = await ledger.addDeliveries(tenantId, { endpointId, status: 'succeeded' }, 5_000);
    await attempt(ids);
    const sampled = await stats();
    expect(sampled).toMatchObject({ sampled: true, attempts: 5_000, succeeded: 5_000 });
    expect(sampled.from.getTime()).toBeGreaterThan(Date.now() - 120_000);
  });
});
