/** Tenants over real HTTP: their two names, what may not be saved, and what deleting one takes along. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page, Problem, Tenant } from '../support/api-types.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';

let posthorn: TestPosthorn;
beforeAll(async () => {
  posthorn = await startTestPosthorn();
});
afterAll(() => posthorn.close());

const create = (body: unknown) => posthorn.client.request<Tenant & Problem>('POST', '/v1/tenants', body);

describe('a tenant', () => {
  it('is found by its id and by its externalId, percent-encoded', async () => {
    const externalId = 'acme/ümlaut?#&';
    const made = await posthorn.client.createTenant({ externalId, metadata: { plan: 'gold' } });
    expect(made).toMatchObject({ externalId, name: 'Acme', metadata: { plan: 'gold' } });
    for (const reference of [made.id, encodeURIComponent(externalId)]) {
      const found = await posthorn.client.request<Tenant>('GET', `/v1/tenants/${reference}`);
      expect(found.body).toEqual(made);
    }
  });

  it('keeps its externalId to itself, and frees it when deleted', async () => {
    const first = await posthorn.client.createTenant({ externalId: 'taken' });
    expect(await create({ externalId: 'taken' })).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const other = await posthorn.client.createTenant({ externalId: 'other' });
    const renamed = await posthorn.client.request('PATCH', `/v1/tenants/${other.id}`, {
      externalId: 'taken',
    });
    expect(renamed).toMatchObject({ status: 409, body: { code: 'conflict' } });
    await posthorn.client.deleteTenant(first.id);
    expect((await create({ externalId: 'taken' })).status).toBe(201);
    expect(await posthorn.client.request('GET', `/v1/tenants/${first.id}`)).toMatchObject({
      status: 404,
      body: { code: 'tenant_not_found' },
    });
  });

  it('changes only what a change names', async () => {
    const made = await posthorn.client.createTenant({ externalId: 'changing', metadata: { a: '1' } });
    const changed = await posthorn.client.updateTenant('changing', {
      strictEventTypes: true,
      externalId: null,
    });
    expect(changed).toMatchObject({
      ...made,
      strictEventTypes: true,
      externalId: null,
      updatedAt: expect.any(String) as string,
    });
    expect((await posthorn.client.request('GET', '/v1/tenants/changing')).status).toBe(404);
  });

  it.each([
    ['an externalId like an id of ours', { externalId: 'ten_1' }, 'externalId'],
    ['an externalId that URLs swallow', { externalId: '..' }, 'externalId'],
    ['an empty externalId', { externalId: '' }, 'externalId'],
    ['a name that is a number', { name: 5 }, 'name'],
    ['a name that is null', { name: null }, 'name'],
    ['a field that nobody knows', { name: 'x', nmae: 'y' }, 'nmae'],
    ['metadata of another type', { metadata: { a: 1 } }, 'metadata'],
    [
      'too much metadata',
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ''])) },
      'metadata',
    ],
    ['a boolean in quotes', { strictEventTypes: 'true' }, 'strictEventTypes'],
    ['a limit of nothing', { emitRateLimitPerSecond: 0 }, 'emitRateLimitPerSecond'],
    ['U+0000', { name: 'a\0b' }, 'name'],
    ['half a surrogate pair', { name: 'a\ud800' }, 'name'],
  ])('is refused with %s', async (_, body, path) => {
    const refused = await create(body);
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body.errors?.map((error) => error.path)).toEqual([path]);
  });

  it.each(['__proto__', 'constructor'])('is refused with a %s of its own, at any depth', async (name) => {
    for (const [body, path] of [
      [`{"metadata":{"${name}":"y"}}`, `metadata.${name}`],
      [`{"${name}":{"isAdmin":true}}`, name],
    ]) {
      const refused = await create(body);
      expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed', errors: [{ path }] } });
    }
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });
});

describe('the list of tenants', () => {
  it('goes page by page, newest first, and refuses what is not its cursor', async () => {
    for (let i = 0; i < 5; i++) await posthorn.client.createTenant({ externalId: `page-${i}` });
    const seen: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = await posthorn.client.request<Page<Tenant>>('GET', `/v1/tenants?limit=2${query}`);
      expect(page.body.data.length).toBeLessThanOrEqual(2);
      seen.push(...page.body.data.map((tenant) => tenant.externalId));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(seen.slice(0, 5)).toEqual(['page-4', 'page-3', 'page-2', 'page-1', 'page-0']);
    expect(new Set(seen).size).toBe(seen.length);

    const first = await posthorn.client.request<Page<Tenant>>('GET', '/v1/tenants?limit=1');
    const foreign = await posthorn.client.request('GET', `/v1/api-keys?cursor=${first.body.nextCursor}`);
    expect(foreign).toMatchObject({ status: 400, body: { code: 'cursor_invalid' } });
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=ten',
    'limit=1&limit=2',
    'unknown=1',
    'search=',
    `search=${'a'.repeat(257)}`,
    'search=a&search=b',
  ])('refuses %s', async (query) => {
    const refused = await posthorn.client.request('GET', `/v1/tenants?${query}`);
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
  });
});

describe('a search for tenants', () => {
  const names = async (search: string, client = posthorn.client) => {
    const query = new URLSearchParams({ search });
    const { status, body } = await client.request<Page<Tenant>>('GET', `/v1/tenants?${query.toString()}`);
    expect([search, status, body.nextCursor]).toEqual([search, 200, null]);
    return body.data.map(({ name }) => name);
  };

  it('finds a part of the name or of the externalId, whatever the capitals, newest first', async () => {
    await posthorn.client.createTenant({ name: 'Wayne Enterprises', externalId: 'cus_ÄB77' });
    await posthorn.client.createTenant({ name: 'Bruce', externalId: 'of-wayne' });
    await posthorn.client.createTenant({ name: 'Nobody’s', externalId: null });
    expect(await names('WAYNE')).toEqual(['Bruce', 'Wayne Enterprises']);
    expect(await names('äb7')).toEqual(['Wayne Enterprises']);
    expect(await names('enterprises, inc')).toEqual([]);
  });

  it('takes wildcards and quotes for what they are', async () => {
    await posthorn.client.createTenant({ name: '100% \\ under_score', externalId: 'odd' });
    await posthorn.client.createTenant({ name: '100 underXscore', externalId: 'even' });
    for (const part of ['100%', 'r_s', '\\', '% \\ u']) {
      expect([part, await names(part)]).toEqual([part, ['100% \\ under_score']]);
    }
    expect(await names(`' OR true --`)).toEqual([]);
  });

  it('finds one by its whole id, and none that is deleted', async () => {
    const { id } = await posthorn.client.createTenant({ name: 'Stark', externalId: 'stark' });
    expect(await names(id)).toEqual(['Stark']);
    expect(await names(id.slice(0, 20))).toEqual([]);
    await posthorn.client.deleteTenant(id);
    expect(await names(id)).toEqual([]);
    expect(await names('stark')).toEqual([]);
  });

  it('goes page by page, and a cursor is good for its own search only', async () => {
    for (let i = 0; i < 5; i++) await posthorn.client.createTenant({ externalId: `hit-${i}` });
    await posthorn.client.createTenant({ externalId: 'miss' });
    const ask = (query: string) =>
      posthorn.client.request<Page<Tenant> & Problem>('GET', `/v1/tenants?limit=2&${query}`);
    const seen: (string | null)[] = [];
    let cursor = '';
    do {
      const { body } = await ask(`search=hit-${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.data.map(({ externalId }) => externalId));
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(['hit-4', 'hit-3', 'hit-2', 'hit-1', 'hit-0']);

    const { body: first } = await ask('search=hit-');
    for (const other of ['search=hit', '']) {
      const refused = await ask(`${other}&cursor=${first.nextCursor}`);
      expect(refused).toMatchObject({ status: 400, body: { code: 'cursor_invalid' } });
    }
  });

  it('finds every one of thousands, though a turn reads only some of them', async () => {
    const made = 3_000;
    const database = new pg.Client({ connectionString: posthorn.databaseUrl });
    await database.connect();
    await database.query(
      `INSERT INTO tenants (id, name)
       SELECT ('00000001-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'crowd ' || (i % 1000) || '.'
         FROM generate_series(1, $1) i`,
      [made],
    );
    await database.end();
    expect(await names(' 999.')).toEqual(['crowd 999.', 'crowd 999.', 'crowd 999.']);
    expect(await names('CROWD 4711')).toEqual([]);
  });

  it('with a key of one tenant finds no other', async () => {
    const own = await posthorn.client.createTenant({ name: 'Twin one', externalId: 'twin-1' });
    const other = await posthorn.client.createTenant({ name: 'Twin two', externalId: 'twin-2' });
    const { body } = await posthorn.client.request<{ key: string }>('POST', '/v1/api-keys', {
      name: 'one tenant',
      role: 'support',
      tenantId: own.id,
    });
    const bound = posthorn.client.as(body.key);
    expect(await names('twin', bound)).toEqual(['Twin one']);
    expect(await names(own.id, bound)).toEqual(['Twin one']);
    expect(await names('two', bound)).toEqual([]);
    expect(await names(other.id, bound)).toEqual([]);
  });
});
