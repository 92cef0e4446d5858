/** Tenants over real HTTP: their two names, what may not be saved, and what deleting one takes along. */
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

  it.each(['limit=0', 'limit=201', 'limit=ten', 'limit=1&limit=2', 'unknown=1'])(
    'refuses %s',
    async (query) => {
      const refused = await posthorn.client.request('GET', `/v1/tenants?${query}`);
      expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    },
  );
});
