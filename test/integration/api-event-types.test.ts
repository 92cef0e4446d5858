/** The catalog over real HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventType, Page, Problem } from '../support/api-types.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';

let posthorn: TestPosthorn;
beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { ROLE: 'api' } });
});
afterAll(() => posthorn.close());

const send = (method: string, path: string, body?: unknown) =>
  posthorn.client.request<EventType & Problem>(method, `/v1/event-types${path}`, body);

const schema = { type: 'object', required: ['amount'], properties: { amount: { type: 'integer' } } };

describe('an event type', () => {
  it('is added, shown, changed, archived and taken out', async () => {
    const added = await send('POST', '', { name: 'invoice.paid', schema, example: { amount: 1 } });
    expect(added).toMatchObject({
      status: 201,
      body: { name: 'invoice.paid', schema, archived: false, description: '' },
    });
    expect(await send('POST', '', { name: 'invoice.paid' })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect((await send('GET', '/invoice.paid')).body).toEqual(added.body);
    const changed = await send('PATCH', '/invoice.paid', { archived: true, schema: null });
    expect(changed.body).toMatchObject({ archived: true, schema: null, example: { amount: 1 } });
    expect((await send('DELETE', '/invoice.paid')).status).toBe(204);
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const gone = await send(method, '/invoice.paid', method === 'PATCH' ? {} : undefined);
      expect(gone).toMatchObject({ status: 404, body: { code: 'event_type_not_found' } });
    }
  });

  it.each([
    ['no name', {}, 'name'],
    ['a pattern for a name', { name: 'invoice.*' }, 'name'],
    ['an empty word', { name: 'invoice..paid' }, 'name'],
    ['a name that is too long', { name: 'a'.repeat(129) }, 'name'],
    ['a schema that is none', { name: 'x', schema: { type: 'nonsense' } }, 'schema'],
    [
      'a schema that leads elsewhere',
      { name: 'x', schema: { $ref: 'https://example.com/schema' } },
      'schema',
    ],
    ['a schema that is a list', { name: 'x', schema: [] }, 'schema'],
    ['a schema that is too large', { name: 'x', schema: { description: 'x'.repeat(65_536) } }, 'schema'],
    ['an example that does not fit', { name: 'x', schema, example: { amount: 'one' } }, 'example.amount'],
  ])('is refused with %s', async (_, body, path) => {
    const refused = await send('POST', '', body);
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(refused.body.errors?.[0]?.path).toBe(path);
  });

  it('keeps its old schema when a change to it leaves an example that does not fit', async () => {
    await send('POST', '', { name: 'kept', schema, example: { amount: 1 } });
    expect((await send('PATCH', '/kept', { example: { amount: 'one' } })).status).toBe(422);
    expect((await send('GET', '/kept')).body).toMatchObject({ example: { amount: 1 } });
  });
});

describe('the catalog', () => {
  it('is listed page by page, newest first, without a gap', async () => {
    await Promise.all(Array.from({ length: 6 }, (_, i) => send('POST', '', { name: `listed.t${i}` })));
    const names: string[] = [];
    const times: number[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await posthorn.client.request<Page<EventType & { createdAt: string }>>(
        'GET',
        `/v1/event-types?limit=2${query}`,
      );
      names.push(...body.data.map(({ name }) => name));
      times.push(...body.data.map(({ createdAt }) => Date.parse(createdAt)));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(names.filter((name) => name.startsWith('listed.')).sort()).toEqual(
      Array.from({ length: 6 }, (_, i) => `listed.t${i}`),
    );
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });
});
