/** One event for many tenants: who gets it, exactly once whatever dies, and what is refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newUuid } from '../../src/model/id.js';
import { Database } from '../../src/store/database.js';
import { createTestDatabase } from '../support/database.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startPosthornProcess } from '../support/process.js';
import { waitFor } from '../support/wait-for.js';
import type { PosthornClient, Reply } from '../support/client.js';

interface BroadcastAnswer {
  id: string;
  code?: string;
  status: string;
  total: number;
  emitted: number;
  skipped: number;
  refused: number;
  lastRefusal: string | null;
}

const broadcast = (
  client: PosthornClient,
  body: unknown,
  headers?: Record<string, string>,
): Promise<Reply<BroadcastAnswer>> => client.request('POST', '/v1/broadcasts', body, headers);

const ended = (client: PosthornClient, id: string): Promise<BroadcastAnswer> =>
  waitFor(
    async () => {
      const { body } = await client.request<BroadcastAnswer>('GET', `/v1/broadcasts/${id}`);
      return body.status !== 'running' && body;
    },
    { what: `${id} to end`, timeoutMs: 60_000 },
  );

describe('a broadcast', () => {
  let posthorn: TestPosthorn;
  let client: PosthornClient;
  let database: Database;
  /** The tests share an installation: what one asks for is nobody else's. */
  let type: string;
  let count = 0;

  beforeAll(async () => {
    posthorn = await startTestPosthorn({ env: { ROLE: 'api' } });
    client = posthorn.client;
    database = new Database({ url: posthorn.databaseUrl, poolSize: 2, applicationName: 'test' });
  });
  afterAll(async () => {
    await database.close();
    await posthorn.close();
  });
  beforeEach(() => {
    type = `test_${++count}.told`;
  });

  async function tenantWith(
    endpoint: Record<string, unknown> | undefined,
    fields: object = {},
  ): Promise<string> {
    const { id } = await client.createTenant(fields);
    if (endpoint) await client.createEndpoint(id, { url: 'https://example.com/', ...endpoint });
    return id;
  }

  async function eventsOf(tenant: string) {
    return (await client.listEvents(tenant, { type })).data;
  }

  it('reaches every tenant with an endpoint that matches, byte for byte, and nobody else', async () => {
    const data = '{"version":7.0,  "big":12345678901234567890}';
    const family = type.replace('.told', '.*');
    const told = [
      await tenantWith({ eventTypes: [type] }),
      await tenantWith({ eventTypes: ['other', family] }),
      await tenantWith({ eventTypes: [family], filter: { data: { version: { $gte: 7 } } } }),
    ];
    const untold = [
      await tenantWith(undefined),
      await tenantWith({ eventTypes: ['other'] }),
      await tenantWith({ eventTypes: [family], filter: { data: { version: { $gte: 8 } } } }),
    ];
    const { status, body } = await broadcast(client, `{"tenants":"all","type":"${type}","data":${data}}`);
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'running', tenants: 'all', emitted: 0 });
    const done = await ended(client, body.id);
    expect(done).toMatchObject({ status: 'completed', emitted: 3, refused: 0 });
    expect(done.total).toBe(done.emitted + done.skipped);
    for (const tenant of told) {
      const events = await eventsOf(tenant);
      expect(events).toEqual([expect.objectContaining({ externalId: body.id, deliveryCount: 1 })]);
      const { rows } = await database.query<{ data: string }>(
        `SELECT e.data FROM events e WHERE e.external_id = $1`,
        [body.id],
      );
      expect(new Set(rows.map((row) => row.data))).toEqual(new Set([data]));
    }
    for (const tenant of untold) expect(await eventsOf(tenant)).toEqual([]);
    // The payload is the events' to keep.
    const { rows } = await database.query(
      `SELECT FROM broadcasts WHERE data IS NOT NULL AND status <> 'running'`,
    );
    expect(rows).toEqual([]);
  });

  it('reaches those that are named, once each, whether an endpoint matches or not', async () => {
    const one = await tenantWith(undefined, { externalId: `named-${count}` });
    const other = await tenantWith({ eventTypes: ['*'] });
    const { body } = await broadcast(client, { type, data: 1, tenants: [one, `named-${count}`, other] });
    expect(await ended(client, body.id)).toMatchObject({ total: 2, emitted: 2, skipped: 0 });
    expect(await eventsOf(one)).toHaveLength(1);
    expect(await eventsOf(other)).toHaveLength(1);
  });

  it('is one however often it is asked for under one key', async () => {
    const tenant = await tenantWith({ eventTypes: ['*'] });
    const asked = { type, data: { n: 1 }, tenants: [tenant] };
    const headers = { 'idempotency-key': `broadcast ${count}` };
    const replies = await Promise.all([1, 2, 3, 4, 5].map(() => broadcast(client, asked, headers)));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.filter((reply) => reply.headers.get('idempotent-replayed') === 'true')).toHaveLength(4);
    await ended(client, replies[0]!.body.id);
    expect(await eventsOf(tenant)).toHaveLength(1);
    const changed = await broadcast(client, { ...asked, data: { n: 2 } }, headers);
    expect(changed).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
  });

  it('doubles nothing when a batch is done again, as after a crash before its end was written', async () => {
    const tenants = await Promise.all([1, 2, 3].map(() => tenantWith({ eventTypes: ['*'] })));
    const { body } = await broadcast(client, { type, data: { n: 1 }, tenants });
    await ended(client, body.id);
    await database.query(
      `UPDATE broadcasts SET status = 'running', position = NULL, data = '{"n":1}', emitted = 0, completed_at = NULL
        WHERE type = $1`,
      [type],
    );
    expect(await ended(client, body.id)).toMatchObject({ status: 'completed', emitted: 3 });
    for (const tenant of tenants) expect(await eventsOf(tenant)).toHaveLength(1);
  });

  it('counts those whose rules refuse it, and goes on', async () => {
    const strict = await tenantWith({ eventTypes: ['*'] }, { strictEventTypes: true });
    const other = await tenantWith({ eventTypes: ['*'] });
    const { body } = await broadcast(client, { type, data: 1, tenants: [strict, other] });
    expect(await ended(client, body.id)).toMatchObject({
      status: 'completed',
      emitted: 1,
      refused: 1,
      lastRefusal: 'event_type_unknown',
    });
  });

  it('can be canceled while it runs, and only then; both are in the audit log', async () => {
    const tenant = await tenantWith({ eventTypes: ['*'] });
    // Held: nobody takes its turn before the end of time.
    const { body } = await broadcast(client, { type, data: 1, tenants: [tenant] });
    await ended(client, body.id);
    const over = await client.request('POST', `/v1/broadcasts/${body.id}/cancel`);
    expect(over).toMatchObject({ status: 409, body: { code: 'broadcast_not_running' } });
    await database.query(
      `UPDATE broadcasts SET status = 'running', completed_at = NULL, next_batch_at = 'infinity' WHERE type = $1`,
      [type],
    );
    const canceled = await client.request('POST', `/v1/broadcasts/${body.id}/cancel`);
    expect(canceled).toMatchObject({ status: 200, body: { status: 'canceled' } });
    const { body: audit } = await client.request<{ data: { action: string; targetId: string }[] }>(
      'GET',
      '/v1/audit-log?limit=20',
    );
    const actions = audit.data.filter(({ targetId }) => targetId === body.id).map(({ action }) => action);
    expect(actions).toEqual(['broadcast.canceled', 'broadcast.created']);
    const listed = await client.request<{ data: { id: string }[] }>('GET', '/v1/broadcasts?status=canceled');
    expect(listed.body.data.map(({ id }) => id)).toContain(body.id);
  });

  it('refuses what it cannot do', async () => {
    const tenant = await tenantWith(undefined);
    const refusals: [unknown, number, string][] = [
      [{ type, data: 1 }, 422, 'validation_failed'],
      [{ type, tenants: 'all' }, 422, 'validation_failed'],
      [{ type, data: 1, tenants: 'some' }, 422, 'validation_failed'],
      [{ type, data: 1, tenants: [] }, 422, 'validation_failed'],
      [{ type, data: 1, tenants: [tenant, 'nobody at all'] }, 422, 'validation_failed'],
      [{ type, data: 1, tenants: Array.from({ length: 1_001 }, () => tenant) }, 422, 'validation_failed'],
      [{ type, data: 1, tenants: [tenant], id: 'mine' }, 422, 'validation_failed'],
      [{ type, data: 1, tenants: [tenant], deliverAt: '2099-01-01T00:00:00Z' }, 422, 'validation_failed'],
      [{ type: 'no type', data: 1, tenants: [tenant] }, 422, 'validation_failed'],
      [{ type: 'endpoint.failing', data: 1, tenants: [tenant] }, 422, 'event_type_reserved'],
      ['[]', 422, 'validation_failed'],
    ];
    for (const [body, status, code] of refusals) {
      expect(await broadcast(client, body), JSON.stringify(body).slice(0, 200)).toMatchObject({
        status,
        body: { code },
      });
    }
    const missing = await client.request('GET', '/v1/broadcasts/bct_019ab1c2d3e47f508192a3b4c5d6e7f8');
    expect(missing).toMatchObject({ status: 404, body: { code: 'broadcast_not_found' } });
  });

  it('is refused at once when the catalog lets nobody emit it, but told of when it had been begun', async () => {
    const tenant = await tenantWith({ eventTypes: ['*'] });
    const schema = { type: 'object', required: ['version'] };
    await client.createEventType({ name: type, schema, validation: 'reject' });
    expect(await broadcast(client, { type, data: {}, tenants: [tenant] })).toMatchObject({
      status: 422,
      body: { code: 'event_data_invalid', errors: [{ path: 'data' }] },
    });
    const asked = { type, data: { version: 7 }, tenants: [tenant] };
    const headers = { 'idempotency-key': `before it was archived ${count}` };
    const { body } = await broadcast(client, asked, headers);
    await ended(client, body.id);
    await client.request('PATCH', `/v1/event-types/${type}`, { archived: true });
    expect(await broadcast(client, asked)).toMatchObject({
      status: 422,
      body: { code: 'event_type_archived' },
    });
    expect(await broadcast(client, asked, headers)).toMatchObject({ status: 202, body: { id: body.id } });
    expect(await eventsOf(tenant)).toHaveLength(1);
  });

  it('is for keys that may emit this type, to every tenant', async () => {
    const tenant = await tenantWith(undefined);
    const keyOf = async (fields: object) => {
      const { body } = await client.request<{ key: string }>('POST', '/v1/api-keys', {
        name: 'a key',
        ...fields,
      });
      return client.as(body.key);
    };
    const bound = await keyOf({ role: 'emitter', tenantId: tenant });
    const narrow = await keyOf({ role: 'emitter', eventTypes: ['invoice.*'] });
    const asked = { type, data: 1, tenants: [tenant] };
    for (const emitter of [bound, narrow]) {
      expect(await broadcast(emitter, asked)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    expect((await broadcast(await keyOf({ role: 'emitter' }), asked)).status).toBe(202);
  });

  it('is found by keys of its type, and by no other emitter', async () => {
    const tenant = await tenantWith(undefined);
    const emitterOf = async (...eventTypes: string[]) => {
      const key = { name: 'a key', role: 'emitter', eventTypes };
      return client.as((await client.request<{ key: string }>('POST', '/v1/api-keys', key)).body.key);
    };
    const [word] = type.split('.') as [string];
    const told = (await broadcast(client, { type, data: 1, tenants: [tenant] })).body.id;
    const deep = (await broadcast(client, { type: `${type}.twice`, data: 1, tenants: [tenant] })).body.id;
    const near = (await broadcast(client, { type: `${word}_too.told`, data: 1, tenants: [tenant] })).body.id;
    const listed = async (emitter: PosthornClient, query = ''): Promise<string[]> => {
      const route = `/v1/broadcasts?limit=1${query}`;
      const { body } = await emitter.request<{ data: { id: string }[]; nextCursor: string | null }>(
        'GET',
        route,
      );
      const ids: string[] = body.data.map(({ id }) => id);
      return body.nextCursor === null
        ? ids
        : [...ids, ...(await listed(emitter, `&cursor=${body.nextCursor}`))];
    };
    const [exact, wide, other] = await Promise.all([
      emitterOf(type),
      emitterOf('unheard.of', `${word}.*`),
      emitterOf('invoice.*'),
    ]);
    expect(await listed(exact)).toEqual([told]);
    expect(await listed(wide)).toEqual([deep, told]);
    expect(await listed(other)).toEqual([]);
    expect((await listed(await emitterOf('*'))).slice(0, 3)).toEqual([near, deep, told]);
    expect((await exact.request('GET', `/v1/broadcasts/${told}`)).status).toBe(200);
    for (const [method, action] of [
      ['GET', ''],
      ['POST', '/cancel'],
    ] as const) {
      for (const id of [deep, near]) {
        expect(await exact.request(method, `/v1/broadcasts/${id}${action}`)).toMatchObject({
          status: 404,
          body: { code: 'broadcast_not_found' },
        });
      }
    }
  });
});

describe('a broadcast whose process dies', () => {
  const TENANTS = 500;

  it('goes on in another, and each tenant has its event exactly once', { timeout: 180_000 }, async () => {
    const testDatabase = await createTestDatabase();
    const database = new Database({ url: testDatabase.url, poolSize: 2, applicationName: 'test' });
    const options = { databaseUrl: testDatabase.url, backend: { name: 'postgres' as const } };
    let survivor: TestPosthorn | undefined;
    try {
      await addTenantsWithEndpoints(database, TENANTS);
      const doomed = await startPosthornProcess({ ...options, role: 'api', readyTimeoutMs: 100_000 });
      const { body } = await broadcast(doomed.client, {
        type: 'terms.changed',
        data: { version: 7 },
        tenants: 'all',
      });
      const midway = await waitFor(
        async () => {
          const { rows } = await database.query<{ events: number }>(`SELECT count(*) AS events FROM events`);
          return rows[0]!.events > 0 && rows[0]!.events;
        },
        { what: 'some to be told' },
      );
      await doomed.kill();
      expect(midway).toBeLessThan(TENANTS);

      survivor = await startTestPosthorn({ ...options, env: { ROLE: 'api' } });
      expect(await ended(survivor.client, body.id)).toMatchObject({ status: 'completed', emitted: TENANTS });
      const { rows } = await database.query(
        `SELECT count(*) AS events, count(DISTINCT e.tenant_id) AS tenants,
                (SELECT count(*) FROM deliveries) AS deliveries
           FROM events e WHERE e.external_id = $1`,
        [body.id],
      );
      expect(rows).toEqual([{ events: TENANTS, tenants: TENANTS, deliveries: TENANTS }]);
    } finally {
      await survivor?.close();
      await database.close();
      await testDatabase.drop();
    }
  });
});

/** As many by the API would take longer than the rest of the test. */
async function addTenantsWithEndpoints(database: Database, count: number): Promise<void> {
  const ids = (): string[] => Array.from({ length: count }, () => newUuid(Date.now() - 60_000));
  const [tenants, endpoints] = [ids(), ids()];
  await database.query(
    `INSERT INTO tenants (id, name) SELECT t.id, 'Acme' FROM unnest($1::uuid[]) AS t (id)`,
    [tenants],
  );
  await database.query(
    `INSERT INTO endpoints (id, tenant_id, url, event_types)
     SELECT e.id, e.tenant_id, 'https://example.com/', '{*}' FROM unnest($1::uuid[], $2::uuid[]) AS e (id, tenant_id)`,
    [endpoints, tenants],
  );
  await database.query(
    `INSERT INTO lanes (endpoint_id, tenant_id)
     SELECT e.id, e.tenant_id FROM unnest($1::uuid[], $2::uuid[]) AS e (id, tenant_id)`,
    [endpoints, tenants],
  );
}
