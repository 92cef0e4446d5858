/** The catalog for people without a key: only where it is switched on, only what is meant for them, only so often. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';

interface CatalogPage {
  data: { name: string }[];
  nextCursor: string | null;
  brand: { name: string | null };
}

let posthorn: TestPosthorn;
const nobody = () => posthorn.client.as(undefined);

describe('a public catalog', () => {
  beforeAll(async () => {
    posthorn = await startTestPosthorn({
      env: { ROLE: 'api', PUBLIC_CATALOG: 'true', PORTAL_NAME: 'Acme Billing' },
    });
    const { client } = posthorn;
    await client.createEventType({
      name: 'invoice.paid',
      description: 'Paid in full.',
      group: 'Billing',
      schema: { type: 'object', properties: { amount: { type: 'integer' } } },
      example: { amount: 5 },
      validation: 'reject',
    });
    await client.createEventType({ name: 'invoice.created' });
    await client.createEventType({ name: 'invoice.secret', archived: true });
  });
  afterAll(() => posthorn.close());

  it('lists what is not archived, page by page, under the host’s name', async () => {
    const first = await nobody().request<CatalogPage>('GET', '/v1/catalog?limit=1');
    expect(first.status).toBe(200);
    expect(first.body.brand.name).toBe('Acme Billing');
    const next = await nobody().request<CatalogPage>(
      'GET',
      `/v1/catalog?limit=1&cursor=${first.body.nextCursor}`,
    );
    const names = [...first.body.data, ...next.body.data].map(({ name }) => name);
    expect(names).toEqual(['invoice.created', 'invoice.paid']);
    expect(next.body.nextCursor).toBeNull();
  });

  it('documents a type, and says nothing of how emits are judged', async () => {
    const { body } = await nobody().request<object>('GET', '/v1/catalog/invoice.paid');
    expect(Object.keys(body).sort()).toEqual(
      ['description', 'example', 'examples', 'group', 'name', 'schema', 'version'].sort(),
    );
  });

  it('knows no archived type', async () => {
    expect((await nobody().request('GET', '/v1/catalog/invoice.secret')).status).toBe(404);
  });

  it('answers one address so often, and then tells it to wait', async () => {
    const replies = await Promise.all(
      Array.from({ length: 130 }, () => nobody().request('GET', '/v1/catalog/invoice.paid')),
    );
    const refused = replies.find(({ status }) => status === 429);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(refused?.headers.get('ratelimit-policy')).toBe('"anonymous-requests";q=50;w=1');
  });
});

it('is not there unless it is switched on', async () => {
  const closed = await startTestPosthorn({ env: { ROLE: 'api' } });
  try {
    await closed.client.createEventType({ name: 'invoice.paid' });
    for (const path of ['/v1/catalog', '/v1/catalog/invoice.paid']) {
      expect([path, (await closed.client.as(undefined).request('GET', path)).status]).toEqual([path, 404]);
    }
  } finally {
    await closed.close();
  }
});
