/** /metrics: who may read it, and that what happens shows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/database.js';
import { MEASURE_LAG } from '../../src/store/health-queries.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { ADMIN_KEY } from '../support/environment.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { waitFor } from '../support/wait-for.js';

const METRICS_TOKEN = 'the-scrapers-own-token';
let posthorn: TestPosthorn;
let receiver: TestReceiver;

beforeAll(async () => {
  receiver = await startReceiver();
  posthorn = await startTestPosthorn({ env: { METRICS_TOKEN } });
});
afterAll(async () => {
  await posthorn.close();
  await receiver.close();
});

async function scrape(token?: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${posthorn.url}/metrics`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: response.status, text: await response.text() };
}

async function metric(line: string): Promise<number | undefined> {
  const { text } = await scrape(METRICS_TOKEN);
  const found = text.split('\n').find((one) => one.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length));
}

describe('access', () => {
  it('is refused without a credential, and with one for something else', async () => {
    expect((await scrape()).status).toBe(401);
    expect((await scrape('no-such-token-at-all')).status).toBe(401);
    const { key } = await posthorn.client.createApiKey('emitter');
    expect((await scrape(key)).status).toBe(403);
  });

  it('is given to METRICS_TOKEN and to admin and support keys', async () => {
    const { key } = await posthorn.client.createApiKey('support');
    for (const token of [METRICS_TOKEN, ADMIN_KEY, key]) expect((await scrape(token)).status).toBe(200);
  });

  it('gives METRICS_TOKEN nothing else', async () => {
    const response = await fetch(`${posthorn.url}/v1/tenants`, {
      headers: { authorization: `Bearer ${METRICS_TOKEN}` },
    });
    expect(response.status).toBe(401);
  });
});

it('show events, deliveries, attempts and the groups in which they were committed', async () => {
  const { id: tenant } = await posthorn.client.createTenant();
  await posthorn.client.createEndpoint(tenant, { url: receiver.url() });
  await posthorn.client.emit(tenant, { type: 'invoice.paid', data: { n: 1 } });
  await waitFor(async () => (await metric('posthorn_attempts_total{code="ok"}')) === 1, {
    what: 'the attempt to be counted',
  });
  expect(await metric('posthorn_emits_total{result="accepted"}')).toBe(1);
  expect(await metric('posthorn_deliveries_accepted_total')).toBe(1);
  expect(await metric('posthorn_deliveries_completed_total{status="succeeded"}')).toBe(1);
  expect(await metric('posthorn_delivery_latency_seconds_count')).toBe(1);
  expect(await metric('posthorn_group_commit_items_count{group="emit"}')).toBeGreaterThan(0);
  expect(await metric('posthorn_group_commit_items_count{group="record"}')).toBeGreaterThan(0);
});

it('show the installation’s figures, and this process’s vitals', async () => {
  await waitFor(async () => (await metric('posthorn_dispatchers')) === 1, { what: 'the figures' });
  expect(await metric('posthorn_lag_seconds')).toBe(0);
  expect(await metric('posthorn_partitions_missing')).toBe(0);
  expect(await metric('posthorn_database_up')).toBe(1);
  expect(await metric('posthorn_queue_reachable')).toBe(1);
  expect(await metric('posthorn_in_flight')).toBe(0);
  expect(await metric('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
});

it('measure the lag by the indexes of ready lanes, however many endpoints there are', async () => {
  const database = new Database({ url: posthorn.databaseUrl, poolSize: 1, applicationName: 'test' });
  try {
    await database.query(
      `INSERT INTO lanes (endpoint_id, tenant_id) SELECT gen_random_uuid(), gen_random_uuid() FROM generate_series(1, 5000)`,
    );
    await database.query('ANALYZE lanes');
    const { rows } = await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${MEASURE_LAG.text}`);
    const onLanes = rows.map((row) => row['QUERY PLAN']).filter((line) => line.includes(' on lanes '));
    expect(onLanes.map((line) => /using (\w+) on lanes/.exec(line)?.[1])).toEqual([
      'lanes_wake_well',
      'lanes_wake_troubled',
    ]);
  } finally {
    await database.close();
  }
});
