/** Keys: what each role may do, and that a key which must not work does not. */
import { DataSource } from 'typeorm';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatApiKey } from '../../src/model/api-key.js';
import { ensureAdminKey } from '../../src/store/api-keys.js';
import type { NewApiKey, Page, Problem, Tenant } from '../support/api-types.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { waitFor } from '../support/wait-for.js';

let posthorn: TestPosthorn;
beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { ROLE: 'api' } });
});
afterAll(() => posthorn.close());

const makeKey = (body: object) =>
  posthorn.client.request<NewApiKey & Problem>('POST', '/v1/api-keys', { name: 'a test', ...body });
const statusOf = async (key: string | undefined, method: string, path: string, body?: unknown) =>
  (await posthorn.client.as(key).request(method, path, body)).status;

describe('without a key that works', () => {
  it.each([
    ['none', undefined],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['an invented one', { authorization: `Bearer ${formatApiKey(Buffer.alloc(32, 1))}` }],
    ['one with a wrong checksum', { authorization: `Bearer phk_${'a'.repeat(49)}` }],
    ['one without end', { authorization: `Bearer ${'a'.repeat(8_000)}` }],
  ])('with %s, the answer is 401 and says how to come in', async (_, headers) => {
    const refused = await posthorn.client
      .as(undefined)
      .request<Problem>('GET', '/v1/tenants', undefined, headers);
    expect(refused).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    expect(refused.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('a key that expires stops working, and one that is revoked does so at once', async () => {
    const { body: brief } = await makeKey({
      role: 'support',
      expiresAt: new Date(Date.now() + 1_500).toISOString(),
    });
    expect(await statusOf(brief.key, 'GET', '/v1/tenants')).toBe(200);
    const { body: revoked } = await makeKey({ role: 'support' });
    expect(await statusOf(revoked.key, 'GET', '/v1/tenants')).toBe(200);
    expect(await statusOf(posthorn.client.key, 'DELETE', `/v1/api-keys/${revoked.id}`)).toBe(204);
    expect(await statusOf(revoked.key, 'GET', '/v1/tenants')).toBe(401);
    await waitFor(async () => (await statusOf(brief.key, 'GET', '/v1/tenants')) === 401, {
      what: 'the key to expire',
    });
  });

  it('a key that another process revoked stops working within a second or so', async () => {
    const other = await startTestPosthorn({ env: { ROLE: 'api' }, databaseUrl: posthorn.databaseUrl });
    try {
      const { body } = await makeKey({ role: 'support' });
      expect((await other.client.as(body.key).request('GET', '/v1/tenants')).status).toBe(200);
      await posthorn.client.request('DELETE', `/v1/api-keys/${body.id}`);
      const revokedAt = performance.now();
      await waitFor(
        async () => (await other.client.as(body.key).request('GET', '/v1/tenants')).status === 401,
        {
          what: 'the other process to hear of it',
        },
      );
      expect(performance.now() - revokedAt).toBeLessThan(1_500);
    } finally {
      await other.close();
    }
  });
});

describe('a role', () => {
  const routes: [method: string, path: string, body: unknown, allowed: string[]][] = [
    ['GET', '/v1/tenants', undefined, ['admin', 'support']],
    ['POST', '/v1/tenants', {}, ['admin']],
    ['GET', '/v1/tenants/roles', undefined, ['admin', 'support']],
    ['PATCH', '/v1/tenants/roles', {}, ['admin']],
    ['GET', '/v1/event-types', undefined, ['admin', 'support']],
    ['POST', '/v1/event-types', { name: 'x' }, ['admin']],
    ['GET', '/v1/tenants/roles/endpoints', undefined, ['admin', 'support']],
    ['POST', '/v1/tenants/roles/endpoints', {}, ['admin']],
    ['GET', '/v1/api-keys', undefined, ['admin']],
    ['POST', '/v1/api-keys', {}, ['admin']],
    ['GET', '/v1/audit-log', undefined, ['admin']],
  ];
  const keys: Record<string, string> = {};
  beforeAll(async () => {
    await posthorn.client.createTenant({ externalId: 'roles' });
    for (const role of ['admin', 'emitter', 'support'] as const)
      keys[role] = (await makeKey({ role })).body.key;
  });

  it.each(routes)('%s %s', async (method, path, body, allowed) => {
    for (const [role, key] of Object.entries(keys)) {
      const status = await statusOf(key, method, path, body);
      expect([role, status === 403]).toEqual([role, !allowed.includes(role)]);
      expect(status).not.toBe(401);
    }
  });
});

describe('a key bound to a tenant', () => {
  let own: Tenant;
  let key: string;
  beforeEach(async () => {
    own = await posthorn.client.createTenant();
    const { body } = await makeKey({ role: 'support', tenantId: own.id });
    key = body.key;
  });

  it('finds its tenant, and no other', async () => {
    const other = await posthorn.client.createTenant({ externalId: `other-${own.id}` });
    expect(await statusOf(key, 'GET', `/v1/tenants/${own.id}`)).toBe(200);
    for (const reference of [other.id, other.externalId, 'nobody']) {
      const refused = await posthorn.client.as(key).request('GET', `/v1/tenants/${reference}/endpoints`);
      expect(refused).toMatchObject({ status: 404, body: { code: 'tenant_not_found' } });
    }
    const list = await posthorn.client.as(key).request<Page<Tenant>>('GET', '/v1/tenants');
    expect(list.body.data.map(({ id }) => id)).toEqual([own.id]);
  });

  it('ends with its tenant', async () => {
    await posthorn.client.deleteTenant(own.id);
    expect(await statusOf(key, 'GET', '/v1/tenants')).toBe(401);
  });
});

describe('a new key', () => {
  it('is shown once and kept as a hash', async () => {
    const { body } = await makeKey({ role: 'emitter', eventTypes: ['invoice.*'] });
    expect(body.key).toMatch(/^phk_[0-9A-Za-z]{49}$/);
    const shown = await posthorn.client.request('GET', `/v1/api-keys/${body.id}`);
    expect(shown.body).toMatchObject({
      role: 'emitter',
      hint: body.key.slice(-4),
      eventTypes: ['invoice.*'],
    });
    expect(shown.text).not.toContain(body.key);
    const client = new pg.Client({ connectionString: posthorn.databaseUrl });
    await client.connect();
    const dump = JSON.stringify((await client.query('SELECT k::text FROM api_keys k')).rows);
    await client.end();
    expect(dump).not.toContain(body.key.slice(4, 40));
  });

  it.each([
    ['an unknown role', { role: 'root' }, 'role'],
    ['an admin that is bound', { role: 'admin', tenantId: 'roles' }, 'tenantId'],
    ['event types for support', { role: 'support', eventTypes: ['*'] }, 'eventTypes'],
    [
      'an emitter that may not read what it wrote',
      { role: 'emitter', payloadAccess: false },
      'payloadAccess',
    ],
    ['an expiry in the past', { role: 'support', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    ['an expiry without a zone', { role: 'support', expiresAt: '2099-01-01T00:00:00' }, 'expiresAt'],
    ['a reserved name', { role: 'admin', name: 'ADMIN_API_KEY' }, 'name'],
  ])('is refused with %s', async (_, body, path) => {
    const refused = await makeKey(body);
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(refused.body.errors?.map((error) => error.path)).toEqual([path]);
  });
});

describe('the first admin key', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
    return () => database.drop();
  });

  it('is made once, however many processes start together', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => ensureAdminKey(database.url, undefined)));
    expect(made.filter((key) => key !== undefined)).toHaveLength(1);
    expect(await ensureAdminKey(database.url, undefined)).toBeUndefined();
  });

  it('may be given, and a new one given replaces it', async () => {
    expect(await ensureAdminKey(database.url, 'given-by-the-operator')).toBeUndefined();
    expect(await ensureAdminKey(database.url, 'given-by-the-operator')).toBeUndefined();
    expect(await ensureAdminKey(database.url, 'given-a-second-time')).toBeUndefined();
    const source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    const rows = await source.query<{ revoked: boolean }[]>(
      'SELECT revoked_at IS NOT NULL AS revoked FROM api_keys ORDER BY id',
    );
    await source.destroy();
    expect(rows).toEqual([{ revoked: true }, { revoked: false }]);
  });
});

describe('the last admin key', () => {
  it('cannot be revoked', async () => {
    const { body } = await posthorn.client.request<
      Page<{ id: string; role: string; revokedAt: string | null }>
    >('GET', '/v1/api-keys?limit=200');
    const admins = body.data.filter(({ role, revokedAt }) => role === 'admin' && revokedAt === null);
    const [own, ...others] = admins.reverse(); // the oldest is the one that this test calls with
    for (const { id } of others)
      expect(await statusOf(posthorn.client.key, 'DELETE', `/v1/api-keys/${id}`)).toBe(204);
    const refused = await posthorn.client.request('DELETE', `/v1/api-keys/${own!.id}`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await statusOf(posthorn.client.key, 'GET', '/v1/tenants')).toBe(200);
  });
});

describe('the audit log', () => {
  it('tells who did what, from where, and can be narrowed down', async () => {
    const tenant = await posthorn.client.createTenant();
    await posthorn.client.updateTenant(tenant.id, { name: 'renamed' });
    await posthorn.client.deleteTenant(tenant.id);
    const { body } = await posthorn.client.request<Page<Record<string, unknown>>>(
      'GET',
      `/v1/audit-log?tenant=${tenant.id}`,
    );
    expect(body.data.map(({ action }) => action)).toEqual([
      'tenant.deleted',
      'tenant.updated',
      'tenant.created',
    ]);
    expect(body.data[1]).toMatchObject({
      actor: { kind: 'key', name: 'ADMIN_API_KEY' },
      tenantId: tenant.id,
      targetId: tenant.id,
      details: { fields: ['name'] },
      remoteAddress: '127.0.0.1',
      requestId: expect.any(String) as string,
    });
    const page = await posthorn.client.request<Page<unknown>>(
      'GET',
      `/v1/audit-log?tenant=${tenant.id}&limit=1`,
    );
    const other = await posthorn.client.request(
      'GET',
      `/v1/audit-log?limit=1&cursor=${page.body.nextCursor}`,
    );
    expect(other).toMatchObject({ status: 400, body: { code: 'cursor_invalid' } });
  });
});
