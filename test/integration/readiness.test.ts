/** /healthz and /readyz: what each role is checked for, and that the reason is said in words. */
import { afterEach, describe, expect, it } from 'vitest';
import pg from 'pg';
import { freePort } from '../../dev/free-port.js';
import { ADMIN_KEY } from '../support/environment.js';
import { queueBackends } from '../support/backends.js';
import { startReceiver } from '../support/receiver.js';
import { startRedis } from '../support/redis-server.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { waitFor } from '../support/wait-for.js';

interface Readiness {
  status: 'ready' | 'unready';
  reasons: { check: string; reason: string }[];
  warnings: { check: string; reason: string }[];
  checks: string[];
}

let cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  cleanUps = [];
});

async function start(...options: Parameters<typeof startTestPosthorn>): Promise<TestPosthorn> {
  const posthorn = await startTestPosthorn(...options);
  cleanUps.push(() => posthorn.close());
  return posthorn;
}

async function readiness(posthorn: TestPosthorn): Promise<{ status: number; body: Readiness }> {
  const response = await fetch(`${posthorn.url}/readyz`);
  return { status: response.status, body: (await response.json()) as Readiness };
}

async function sql(posthorn: TestPosthorn, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: posthorn.databaseUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** Upkeep would make it anew within seconds, and nobody could see that it was missing. */
async function dropPartitions(posthorn: TestPosthorn, names: string[]): Promise<void> {
  await sql(
    posthorn,
    `INSERT INTO upkeep_tasks (name, started_at, lease_until) VALUES ('partitions', now(), now() + interval '1 hour')
     ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until`,
  );
  for (const name of names) await sql(posthorn, `DROP TABLE ${name}`);
}

function reasonsOf(answer: { body: Readiness }): string[] {
  return answer.body.reasons.map(({ check }) => check);
}

describe.each(queueBackends)('readiness with the queue on $name', (backend) => {
  it('is given without a key, and names what was checked', async () => {
    const posthorn = await start({ backend });
    const { status, body } = await readiness(posthorn);
    expect({ status, reasons: body.reasons, warnings: body.warnings }).toEqual({
      status: 200,
      reasons: [],
      warnings: [],
    });
    expect(body.checks).toEqual(
      expect.arrayContaining([
        'database',
        'migrations',
        'clock',
        'partitions',
        'queue',
        'scheduler',
        'dispatcher',
      ]),
    );
  });
});

it('checks an API for nothing that only dispatchers have', async () => {
  const posthorn = await start({ env: { ROLE: 'api' } });
  const { body } = await readiness(posthorn);
  expect(body.checks).not.toContain('scheduler');
  expect(body.checks).not.toContain('dispatcher');
});

it('serves health in a dispatcher, and neither the API nor its reference', async () => {
  const posthorn = await start({ env: { ROLE: 'dispatcher' } });
  expect((await readiness(posthorn)).status).toBe(200);
  expect((await fetch(`${posthorn.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${posthorn.url}/v1/tenants`)).status).toBe(404);
  expect((await fetch(`${posthorn.url}/docs`)).status).toBe(404);
});

it('warns of missing partitions, and refuses nothing for them', async () => {
  const posthorn = await start({ env: { ROLE: 'api' } });
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  await dropPartitions(posthorn, [`events_${tomorrow}`]);
  const answer = await waitFor(
    async () => {
      const now = await readiness(posthorn);
      return now.body.warnings.length > 0 && now;
    },
    { timeoutMs: 20_000, what: 'the warning' },
  );
  expect(answer.status).toBe(200);
  expect(answer.body.warnings[0]).toMatchObject({
    check: 'partitions',
    reason: expect.stringContaining(`events_${tomorrow}`) as string,
  });
});

it('warns of missing partitions while events are accepted, delivered and logged without them', async () => {
  const receiver = await startReceiver();
  cleanUps.push(() => receiver.close());
  const posthorn = await start();
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  await dropPartitions(posthorn, [`events_${today}`, `deliveries_${today}`, `attempts_${today}`]);
  const { id: tenant } = await posthorn.client.createTenant();
  await posthorn.client.createEndpoint(tenant, { url: receiver.url() });
  const event = await posthorn.client.emit(tenant);
  await receiver.waitFor(1);
  await waitFor(
    async () => {
      const { data } = await posthorn.client.listDeliveries({ event: event.id });
      return data.length === 1 && (await posthorn.client.attempts(data[0]!.id)).length === 1;
    },
    { what: 'the attempt in the log' },
  );
  const answer = await waitFor(
    async () => {
      const now = await readiness(posthorn);
      const said = now.body.warnings.map(({ reason }) => reason).join();
      return /partitions are missing: .*; rows lie in the default partition of /.test(said) && now;
    },
    { timeoutMs: 20_000, what: 'the warning of both' },
  );
  expect(answer.status).toBe(200);
});

it('is refused when the schema lacks a migration', async () => {
  const posthorn = await start();
  await sql(posthorn, `DELETE FROM posthorn_migrations WHERE name LIKE 'Upkeep%'`);
  const answer = await readiness(posthorn);
  expect(answer.status).toBe(503);
  expect(answer.body.reasons[0]?.reason).toContain('migrations are not applied: Upkeep');
});

it('is refused, with the reason, by a Redis that evicts', async () => {
  const port = await freePort();
  const redis = await startRedis('redis-server', port).catch(() => undefined);
  if (redis === undefined) return;
  cleanUps.push(() => redis.stop());
  const { Redis } = await import('ioredis');
  const client = new Redis(redis.url);
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  client.disconnect();
  const posthorn = await start({ backend: { name: 'redis', redisUrl: redis.url } });
  const answer = await readiness(posthorn);
  expect(answer.status).toBe(503);
  expect(answer.body.reasons).toEqual([
    { check: 'redis_eviction', reason: 'Redis has maxmemory-policy allkeys-lru; set it to noeviction' },
  ]);
});

it('is refused by a dispatcher that has silently stopped, and by nobody else', async () => {
  const posthorn = await start({ env: { STALLED_AFTER_MS: '2000' } });
  const { ReferenceWorker } = await import('../../src/queue/reference-worker.js');
  const { ReferenceQueue } = await import('../../src/queue/reference-queue.js');
  // The worker ends as a lost connection or a bug would end it: nothing is thrown, nothing is logged.
  await posthorn.app.get(ReferenceWorker, { strict: false }).close(5_000);
  const queue = posthorn.app.get(ReferenceQueue, { strict: false });
  expect((await readiness(posthorn)).status).toBe(200);
  queue.enqueue([
    {
      deliveryId: '01990000-0000-7000-8000-000000000001',
      eventId: '01990000-0000-7000-8000-000000000002',
      epoch: 1,
    },
  ]);
  const answer = await waitFor(
    async () => {
      const now = await readiness(posthorn);
      return now.status === 503 && now;
    },
    { timeoutMs: 20_000, what: 'the dispatcher to be found out' },
  );
  expect(reasonsOf(answer)).toEqual(['dispatcher']);
  expect(answer.body.reasons[0]?.reason).toMatch(/taken and completed none for \d+ s/);
  expect((await fetch(`${posthorn.url}/healthz`)).status).toBe(200);
});

it('is refused by a dispatcher whose worker has ended, even when others leave it no work', async () => {
  const posthorn = await start();
  const { ReferenceWorker } = await import('../../src/queue/reference-worker.js');
  expect((await readiness(posthorn)).status).toBe(200);
  await posthorn.app.get(ReferenceWorker, { strict: false })['worker'].close(); // as BullMQ itself would end it
  const answer = await waitFor(
    async () => {
      const now = await readiness(posthorn);
      return now.status === 503 && now;
    },
    { what: 'the dispatcher to be found out' },
  );
  expect(answer.body.reasons[0]).toMatchObject({
    check: 'dispatcher',
    reason: expect.stringContaining('what takes jobs from the queue has ended') as string,
  });
  const metrics = await fetch(`${posthorn.url}/metrics`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  expect(await metrics.text()).toMatch(/^posthorn_dispatcher_stalled_seconds [0-9.e-]*[1-9]/m);
});
