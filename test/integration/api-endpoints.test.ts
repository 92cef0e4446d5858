/** Endpoints over real HTTP: what is stored, what is hidden, what is refused, and what changes in the ledger with them. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromPublicId, newUuid } from '../../src/model/id.js';
import type { Endpoint, NewEndpoint, Page, Problem, Tenant } from '../support/api-types.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';

const URL_OK = 'http://127.0.0.1:9/hook';

let posthorn: TestPosthorn;
let database: pg.Client;
let tenant: Tenant;
beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { TENANT_ENDPOINTS_MAX: '5', ROLE: 'api' } });
  database = new pg.Client({ connectionString: posthorn.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await posthorn.close();
});
beforeEach(async () => {
  tenant = await posthorn.client.createTenant();
});

const route = (endpoint = '') => `/v1/tenants/${tenant.id}/endpoints${endpoint && `/${endpoint}`}`;
const create = (body: unknown) => posthorn.client.request<NewEndpoint & Problem>('POST', route(), body);
const change = (endpoint: string, body: unknown) =>
  posthorn.client.request<Endpoint & Problem>('PATCH', route(endpoint), body);

async function one<Row>(sql: string, ...values: unknown[]): Promise<Row> {
  return (await database.query(sql, values)).rows[0] as Row;
}

const version = async () => {
  const row = await one<{ v: string }>(
    'SELECT endpoints_version AS v FROM tenants WHERE id = $1',
    uuid('ten', tenant.id),
  );
  return Number(row.v);
};
const uuid = (prefix: 'ten' | 'ep', id: string) => fromPublicId(prefix, id)!;

describe('a new endpoint', () => {
  it('answers with every default in force, and with its secret this once', async () => {
    const { status, body } = await create({ url: URL_OK, eventTypes: ['invoice.*'] });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      url: URL_OK,
      eventTypes: ['invoice.*'],
      headers: {},
      filter: null,
      bodyFormat: 'standard',
      signing: 'hmac',
      retry: { baseSeconds: 5, factor: 4, maxSeconds: 43_200, maxAttempts: 12, jitter: 0.2 },
      timeoutMs: 15_000,
      maxInFlight: 10,
      rateLimitPerSecond: null,
      disabled: false,
      status: 'active',
      circuit: { state: 'closed', consecutiveFailures: 0, nextProbeAt: null, failingSince: null },
      publicKey: null,
    });
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const shown = await posthorn.client.getEndpoint(tenant.id, body.id);
    expect({ ...shown, secret: body.secret, publicKey: null }).toEqual(body);
    expect(shown).not.toHaveProperty('secret');
    const lane = await one('SELECT circuit FROM lanes WHERE endpoint_id = $1', uuid('ep', body.id));
    expect(lane).toEqual({ circuit: 'closed' });
  });

  it('keeps header values and secrets out of sight and, in the database, sealed', async () => {
    const { body } = await create({ url: URL_OK, eventTypes: ['*'], headers: { 'X-Api-Key': 'hush-hush' } });
    expect(body).toMatchObject({ headers: { 'X-Api-Key': '•••' } });
    const stored = await one<{ headers: Buffer; secret: Buffer }>(
      `SELECT e.headers_sealed AS headers, s.sealed AS secret FROM endpoints e JOIN endpoint_secrets s ON s.endpoint_id = e.id
        WHERE e.id = $1`,
      uuid('ep', body.id),
    );
    expect(stored.headers.toString('latin1')).not.toContain('hush-hush');
    expect(stored.secret.toString('latin1')).not.toContain(body.secret);
  });

  it.each([
    ['no event types', { eventTypes: [] }, 'eventTypes'],
    ['an event type twice', { eventTypes: ['a', 'a'] }, 'eventTypes'],
    ['a wildcard in the middle', { eventTypes: ['a.*.b'] }, 'eventTypes'],
    ['half a word as a wildcard', { eventTypes: ['inv*'] }, 'eventTypes'],
    ['101 event types', { eventTypes: Array.from({ length: 101 }, (_, i) => `t${i}`) }, 'eventTypes'],
    ['a timeout that is too short', { timeoutMs: 999 }, 'timeoutMs'],
    ['a timeout in quotes', { timeoutMs: '5000' }, 'timeoutMs'],
    ['an unknown body format', { bodyFormat: 'xml' }, 'bodyFormat'],
    ['a filter that is a list', { filter: [] }, 'filter'],
    ['a filter that is too large', { filter: { a: 'x'.repeat(16_384) } }, 'filter'],
    ['a pause under a second', { retry: { baseSeconds: 0.5 } }, 'retry.baseSeconds'],
    ['101 attempts', { retry: { maxAttempts: 101 } }, 'retry.maxAttempts'],
    [
      'a longest pause that is shorter than the first',
      { retry: { baseSeconds: 60, maxSeconds: 30 } },
      'retry.maxSeconds',
    ],
    ['two kinds of schedule', { retry: { scheduleSeconds: [5], factor: 2 } }, 'retry.factor'],
    ['a schedule of texts', { retry: { scheduleSeconds: ['5'] } }, 'retry.scheduleSeconds'],
    ['a pause of more than a week', { retry: { scheduleSeconds: [604_801] } }, 'retry.scheduleSeconds'],
    ['a schedule that is a number', { retry: 5 }, 'retry'],
    ['a schedule that is a list', { retry: [] }, 'retry'],
    ['a header that is no text', { headers: { a: 1 } }, 'headers'],
    ['a secret that is too short', { secret: 'whsec_c2hvcnQ=' }, 'secret'],
    ['a secret of the other kind', { signing: 'ed25519', secret: `whsec_${'A'.repeat(43)}=` }, 'secret'],
    ['an unknown field', { rateLimit: 5 }, 'rateLimit'],
  ])('is refused with %s', async (_, fields, path) => {
    const refused = await create({ url: URL_OK, eventTypes: ['*'], ...fields });
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(refused.body.errors?.map((error) => error.path)).toEqual([path]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/',
    'http://user:password@127.0.0.1/',
    'ftp://127.0.0.1/',
    'not a url',
    'http://127.0.0.1/#fragment',
  ])('is refused with the URL %s', async (url) => {
    const refused = await create({ url, eventTypes: ['*'] });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'endpoint_url_refused', errors: [{ path: 'url' }] },
    });
    const before = await create({ url: URL_OK, eventTypes: ['*'] });
    const changed = await change(before.body.id, { url });
    expect(changed).toMatchObject({ status: 422, body: { code: 'endpoint_url_refused' } });
  });

  it.each([{ Host: 'x' }, { 'webhook-id': 'x' }, { 'x-a': 'a\r\nb' }, { 'x-a': '•••' }])(
    'is refused with the headers %j',
    async (headers) => {
      const refused = await create({ url: URL_OK, eventTypes: ['*'], headers });
      expect(refused).toMatchObject({ status: 422, body: { code: 'endpoint_headers_refused' } });
      expect(refused.body.errors?.[0]?.path).toBe(`headers.${Object.keys(headers)[0]}`);
    },
  );

  it('is refused past the number that a tenant may have, also when they come at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, () => create({ url: URL_OK, eventTypes: ['*'] })),
    );
    expect(made.filter(({ status }) => status === 201)).toHaveLength(5);
    for (const refused of made.filter(({ status }) => status !== 201)) {
      expect(refused.body.code).toBe('endpoint_limit_reached');
    }
  });
});

describe('a change', () => {
  it('leaves what it does not name, and null brings back the default', async () => {
    const { body: made } = await create({
      url: URL_OK,
      eventTypes: ['a'],
      timeoutMs: 5_000,
      headers: { a: '1', b: '2' },
    });
    const { body: changed } = await change(made.id, { description: 'new', timeoutMs: null });
    expect(changed).toMatchObject({ url: URL_OK, eventTypes: ['a'], description: 'new', timeoutMs: 15_000 });
    expect(changed).toMatchObject({ headers: { a: '•••', b: '•••' } });
  });

  it('keeps the header values that it shows as hidden, and drops the headers that it leaves out', async () => {
    const { body: made } = await create({ url: URL_OK, eventTypes: ['a'], headers: { a: '1', b: '2' } });
    expect((await change(made.id, { headers: { A: '•••', c: '3' } })).body).toMatchObject({
      headers: { A: '•••', c: '•••' },
    });
    const unknown = await change(made.id, { headers: { b: '•••' } });
    expect(unknown).toMatchObject({ status: 422, body: { code: 'endpoint_headers_refused' } });
  });

  it.each([{ url: null }, { eventTypes: null }, { disabled: null }, { secret: 'x' }])(
    'is refused as %j',
    async (body) => {
      const { body: made } = await create({ url: URL_OK, eventTypes: ['a'] });
      expect(await change(made.id, body)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    },
  );

  it('takes no hidden value along to another server: it has to be given anew, or left out', async () => {
    const auth = { type: 'bearer', token: 'the-token' };
    const { body: made } = await create({
      url: URL_OK,
      eventTypes: ['*'],
      headers: { a: '1', b: '2' },
      auth,
    });
    const elsewhere = URL_OK.replace(':9', ':10');
    const given = { type: 'bearer', token: 'another' };
    const refusals: [object, string[]][] = [
      [{}, ['headers.a', 'headers.b', 'auth']],
      [{ auth: null }, ['headers.a', 'headers.b']],
      [{ headers: null }, ['auth']],
      [{ headers: { a: '3', B: '•••' }, auth: given }, ['headers.B']],
      [{ headers: {}, auth: { type: 'bearer', token: '•••' } }, ['auth']],
    ];
    for (const [changes, paths] of refusals) {
      const { status, body } = await change(made.id, { url: elsewhere, ...changes });
      expect([status, body.code, body.errors?.map(({ path }) => path)]).toEqual([
        422,
        'validation_failed',
        paths,
      ]);
    }
    expect((await change(made.id, { url: `${URL_OK}/deeper?in=it` })).status).toBe(200);
    expect(await change(made.id, { url: elsewhere, headers: { a: '3' }, auth: given })).toMatchObject({
      status: 200,
      body: { url: elsewhere, headers: { a: '•••' } },
    });
    expect((await change(made.id, { url: URL_OK, headers: null, auth: null })).status).toBe(200);
  });

  it('raises the version that emits are held against, whatever it is', async () => {
    const seen = [await version()];
    const { body: made } = await create({ url: URL_OK, eventTypes: ['a'] });
    seen.push(await version());
    await change(made.id, { description: 'x' });
    seen.push(await version());
    await posthorn.client.rotateSecret(tenant.id, made.id);
    seen.push(await version());
    await posthorn.client.deleteEndpoint(tenant.id, made.id);
    seen.push(await version());
    expect(seen.every((now, i) => i === 0 || now > seen[i - 1]!)).toBe(true);
  });

  it('that is refused leaves nothing behind', async () => {
    const { body: made } = await create({ url: URL_OK, eventTypes: ['a'] });
    const before = await version();
    await change(made.id, { description: 'x', headers: { host: 'x' } });
    expect(await version()).toBe(before);
    expect(await posthorn.client.getEndpoint(tenant.id, made.id)).toMatchObject({ description: '' });
  });
});

describe('disabling and enabling', () => {
  it('parks the lane, and gives it a clean slate', async () => {
    const { body: made } = await create({ url: URL_OK, eventTypes: ['a'] });
    const id = uuid('ep', made.id);
    const off = await change(made.id, { disabled: true });
    expect(off.body).toMatchObject({ disabled: true, disabledReason: 'by_request', status: 'disabled' });
    expect(await one(`SELECT parked_until::text AS parked FROM lanes WHERE endpoint_id = $1`, id)).toEqual({
      parked: 'infinity',
    });
    await database.query(
      `UPDATE lanes SET circuit = 'open', circuit_openings = 3, consecutive_failures = 10, failing_since = now() WHERE endpoint_id = $1`,
      [id],
    );
    const on = await change(made.id, { disabled: false });
    expect(on.body).toMatchObject({
      disabled: false,
      disabledReason: null,
      status: 'active',
      circuit: { state: 'closed', consecutiveFailures: 0 },
    });
    const lane = await one<Record<string, unknown>>(
      `SELECT parked_until::text AS parked, ready_at <= now() AS ready, ramp_started_at IS NOT NULL AS ramped,
              failing_since, circuit_openings FROM lanes WHERE endpoint_id = $1`,
      id,
    );
    expect(lane).toEqual({
      parked: '-infinity',
      ready: true,
      ramped: true,
      failing_since: null,
      circuit_openings: 0,
    });
  });

  it('tells an open circuit as paused, with its next probe', async () => {
    const { body: made } = await create({ url: URL_OK, eventTypes: ['a'] });
    await database.query(
      `UPDATE lanes SET circuit = 'open', circuit_reason = 'ten in a row', circuit_changed_at = now(),
              parked_until = now() + interval '30 s', consecutive_failures = 10,
              failing_since = '2026-11-20T03:00:00Z' WHERE endpoint_id = $1`,
      [uuid('ep', made.id)],
    );
    expect(await posthorn.client.getEndpoint(tenant.id, made.id)).toMatchObject({
      status: 'paused',
      circuit: {
        state: 'open',
        reason: 'ten in a row',
        nextProbeAt: expect.any(String) as string,
        consecutiveFailures: 10,
        failingSince: '2026-11-20T03:00:00.000Z',
      },
    });
  });
});

describe('deleting', () => {
  it('hides the endpoint, destroys its secrets and cancels what is owed to it', async () => {
    const { body: made } = await create({ url: URL_OK, eventTypes: ['a'] });
    const id = uuid('ep', made.id);
    await owe(id, 1_200);
    await posthorn.client.deleteEndpoint(tenant.id, made.id);
    expect(await posthorn.client.request('GET', route(made.id))).toMatchObject({
      status: 404,
      body: { code: 'endpoint_not_found' },
    });
    expect(
      (await database.query('SELECT 1 FROM endpoint_secrets WHERE endpoint_id = $1', [id])).rows,
    ).toEqual([]);
    await expect
      .poll(() =>
        one(`SELECT count(*)::int AS n FROM deliveries WHERE endpoint_id = $1 AND status = 'pending'`, id),
      )
      .toEqual({ n: 0 });
    const canceled = await one(
      `SELECT count(*)::int AS n, bool_and(epoch = 2 AND NOT leased AND completed_at IS NOT NULL) AS fenced
         FROM deliveries WHERE endpoint_id = $1 AND status = 'canceled'`,
      id,
    );
    expect(canceled).toEqual({ n: 1_200, fenced: true });
  });

  it('of a tenant takes its endpoints along', async () => {
    const { body: made } = await create({ url: URL_OK, eventTypes: ['a'] });
    const id = uuid('ep', made.id);
    await owe(id, 3);
    await posthorn.client.deleteTenant(tenant.id);
    const row = await one<{ deleted: boolean }>(
      'SELECT deleted_at IS NOT NULL AS deleted FROM endpoints WHERE id = $1',
      id,
    );
    expect(row.deleted).toBe(true);
    expect(
      await one(
        `SELECT count(*)::int AS n FROM deliveries WHERE endpoint_id = $1 AND status = 'canceled'`,
        id,
      ),
    ).toEqual({
      n: 3,
    });
  });

  async function owe(endpointId: string, count: number): Promise<void> {
    const ids = Array.from({ length: count }, () => newUuid(Date.now()));
    await database.query(
      `INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch, trigger, created_at)
       SELECT id, $2, $3, id, 'a', 'pending', true, now() + interval '1 hour', 1, 'emit', now() FROM unnest($1::uuid[]) AS d (id)`,
      [ids, uuid('ten', tenant.id), endpointId],
    );
  }
});

describe('another tenant', () => {
  it('has no such endpoint, whatever is asked of it', async () => {
    const { body: made } = await create({ url: URL_OK, eventTypes: ['a'] });
    const other = await posthorn.client.createTenant();
    const foreign = `/v1/tenants/${other.id}/endpoints/${made.id}`;
    const asked: [string, string, unknown?][] = [
      ['GET', foreign],
      ['PATCH', foreign, { description: 'x' }],
      ['DELETE', foreign],
      ['GET', `${foreign}/secret`],
      ['POST', `${foreign}/secret/rotate`, {}],
    ];
    for (const [method, path, body] of asked) {
      const refused = await posthorn.client.request<Problem>(method, path, body);
      expect([method, refused.status, refused.body.code]).toEqual([method, 404, 'endpoint_not_found']);
    }
    const list = await posthorn.client.request<Page<Endpoint>>('GET', `/v1/tenants/${other.id}/endpoints`);
    expect(list.body.data).toEqual([]);
  });
});
