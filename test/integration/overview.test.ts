/** The overview’s readings: exact when there is little, close when there is much, and never a scan of what is much. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/database.js';
import { readAttemptBuckets, readBacklog, readDeliveryBuckets } from '../../src/store/overview.js';
import { readTroubledEndpoints } from '../../src/store/endpoint-overview.js';
import { ensurePartitions } from '../../src/store/partitions.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const HOUR_MS = 3_600_000;
const ROWS = 20_000;
const TENANT = '01900000-0000-7000-8000-000000000001';
const ENDPOINT = '01900000-0000-7000-8000-000000000002';

let testDatabase: TestDatabase;
let database: Database;
let to: Date;
let window: { from: Date; to: Date; buckets: number };

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = new Database({ url: testDatabase.url, poolSize: 2, applicationName: 'overview test' });
  to = new Date(Math.ceil(Date.now() / 60_000) * 60_000);
  window = { from: new Date(to.getTime() - HOUR_MS), to, buckets: 60 };
  await ensurePartitions(database, to.getTime());
  await fill();
});

afterAll(async () => {
  await database?.close();
  await testDatabase?.drop();
});

/** An even stream over the hour: each fourth delivery failed, each tenth is waiting (and five of those are due). */
async function fill(): Promise<void> {
  const client = new pg.Client({ connectionString: testDatabase.url });
  await client.connect();
  const ids = (from: string) =>
    `(lpad(to_hex((extract(epoch FROM ${from}) * 1000)::bigint), 12, '0') || '7000' || '8000' || lpad(to_hex(g), 12, '0'))::uuid`;
  await client.query(`INSERT INTO tenants (id, name) VALUES ($1, 'Acme')`, [TENANT]);
  await client.query(
    `INSERT INTO endpoints (id, tenant_id, url, event_types) VALUES ($1, $2, 'https://example.com/', '{*}')`,
    [ENDPOINT, TENANT],
  );
  await client.query(
    `INSERT INTO lanes (endpoint_id, tenant_id, ready_at, circuit, failing_since, consecutive_failures)
     VALUES ($1, $2, now() - interval '1 minute', 'open', now() - interval '2 hours', 12)`,
    [ENDPOINT, TENANT],
  );
  await client.query(
    `INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch, trigger, created_at)
     SELECT ${ids('m.at')}, $1, $2, $1, 'invoice.paid',
            (CASE WHEN g % 10 = 0 THEN 'pending' WHEN g % 4 = 1 THEN 'failed' ELSE 'succeeded' END)::delivery_status, false,
            CASE WHEN g <= 50 THEN now() - interval '90 seconds' ELSE now() + interval '1 hour' END, 1, 'emit', m.at
       FROM (SELECT g, $3::timestamptz + g * interval '1 hour' / ${ROWS + 1} AS at FROM generate_series(1, ${ROWS}) g) m`,
    [TENANT, ENDPOINT, window.from],
  );
  await client.query(
    `INSERT INTO attempts (id, delivery_id, tenant_id, endpoint_id, event_id, attempt_number, epoch, trigger, url,
                           request_headers, timings, duration_ms, started_at, error_code)
     SELECT ${ids('m.at')}, $1, $1, $2, $1, 1, 1, 'emit', 'https://example.com/', '{}', '{}', g % 100, m.at,
            CASE WHEN g % 4 = 1 THEN 'timeout' END
       FROM (SELECT g, $3::timestamptz + g * interval '1 hour' / ${ROWS + 1} AS at FROM generate_series(1, ${ROWS}) g) m`,
    [TENANT, ENDPOINT, window.from],
  );
  await client.end();
}

const total = (rows: { count: number }[]) => rows.reduce((sum, { count }) => sum + count, 0);

describe('deliveries over time', () => {
  it('are exact while there are few', async () => {
    const { rows, share } = await readDeliveryBuckets(database, window);
    expect(share).toBe(1);
    expect(total(rows)).toBe(ROWS);
    expect(total(rows.filter(({ status }) => status === 'pending'))).toBe(ROWS / 10);
    expect(new Set(rows.map(({ bucket }) => bucket))).toEqual(
      new Set(Array.from({ length: 60 }, (_, bucket) => bucket)),
    );
  });

  it('are close when only a part of them is read', async () => {
    const { rows, share } = await readDeliveryBuckets(database, window, 60);
    expect(share).toBeLessThan(0.3);
    expect(total(rows) / share / ROWS).toBeGreaterThan(0.75);
    expect(total(rows) / share / ROWS).toBeLessThan(1.25);
    const again = await readDeliveryBuckets(database, window, 60);
    expect(total(again.rows)).toBe(total(rows));
  });
});

it('attempts tell their failures and how long they took', async () => {
  const { rows } = await readAttemptBuckets(database, window);
  const whole = rows.find(({ bucket }) => bucket === null)!;
  expect(whole).toMatchObject({ attempts: ROWS, failures: ROWS / 4 });
  expect(whole.p50).toBeCloseTo(49.5, 0);
  expect(whole.p95).toBeCloseTo(94.05, 1);
  expect(rows).toHaveLength(61);
});

it('the backlog tells what waits, what is due, and for how long', async () => {
  const backlog = await readBacklog(database);
  expect(backlog).toMatchObject({ waiting: ROWS / 10, due: 5, underWay: 0 });
  expect(backlog.lagMs).toBeGreaterThan(89_000);
  expect(backlog.lagMs).toBeLessThan(600_000);
});

it('an endpoint in trouble is named with its reason', async () => {
  const [endpoint] = await readTroubledEndpoints(database, 20);
  expect(endpoint).toMatchObject({
    id: ENDPOINT,
    tenantName: 'Acme',
    circuit: 'open',
    consecutiveFailures: 12,
  });
});
