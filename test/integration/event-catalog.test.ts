/** The catalog put to use: emits held against schemas, and the whole of it out and in as OpenAPI. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventType, Problem, Tenant } from '../support/api-types.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';

let posthorn: TestPosthorn;
let tenant: Tenant;
beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { ROLE: 'api' } });
  tenant = await posthorn.client.createTenant();
});
afterAll(() => posthorn.close());

type Answer = Problem & { warnings?: { path: string; message: string }[] };
const send = <T = Answer>(method: string, path: string, body?: unknown) =>
  posthorn.client.request<T>(method, `/v1/${path}`, body);
const emit = (type: string, data: unknown) => send('POST', `tenants/${tenant.id}/events`, { type, data });

const schema = {
  type: 'object',
  required: ['amount'],
  properties: {
    amount: { type: 'integer' },
    lines: { type: 'array', items: { type: 'string', pattern: '^L-' } },
  },
};

describe('an emit', () => {
  it('is refused with the path of what does not fit, where the catalog says so', async () => {
    await send('POST', 'event-types', { name: 'checked', schema, validation: 'reject' });
    expect((await emit('checked', { amount: 1, lines: ['L-1'] })).status).toBe(202);
    expect(await emit('checked', { amount: 1, lines: ['L-1', 'X'] })).toMatchObject({
      status: 422,
      body: { code: 'event_data_invalid', errors: [{ path: 'data.lines[1]' }] },
    });
    expect((await emit('checked', {})).body.errors).toEqual([
      { path: 'data', message: "must have required property 'amount'" },
    ]);
    expect((await send('GET', `tenants/${tenant.id}/events`)).text).not.toContain('"X"');
  });

  it('is accepted with a word about what does not fit, where the catalog says warn', async () => {
    await send('POST', 'event-types', { name: 'warned', schema, validation: 'warn' });
    expect((await emit('warned', { amount: 1 })).body).not.toHaveProperty('warnings');
    expect(await emit('warned', { amount: 1.5 })).toMatchObject({
      status: 202,
      body: { warnings: [{ path: 'data.amount', message: 'must be integer' }] },
    });
  });

  it('goes by the catalog as it is at that moment, whichever process changed it', async () => {
    await send('POST', 'event-types', { name: 'changing', schema });
    expect((await emit('changing', {})).status).toBe(202);
    await send('PATCH', 'event-types/changing', { validation: 'reject' });
    expect((await emit('changing', {})).status).toBe(422);
    await send('PATCH', 'event-types/changing', { schema: { type: 'object' } });
    expect((await emit('changing', {})).status).toBe(202);
  });

  it('is judged item by item in a batch', async () => {
    await send('POST', 'event-types', { name: 'batched', schema, validation: 'reject' });
    const items = await posthorn.client.emitBatch(tenant.id, [
      { type: 'batched', data: { amount: 'x' } },
      { type: 'batched', data: { amount: 1 } },
    ]);
    expect(items).toMatchObject([
      { status: 'refused', error: { code: 'event_data_invalid', errors: [{ path: 'data.amount' }] } },
      { status: 'accepted' },
    ]);
  });
});

describe('an event type', () => {
  it('has a group, a version and more examples', async () => {
    const more = {
      group: 'Billing',
      version: '2',
      examples: [{ amount: 1 }, { amount: 2 }],
      validation: 'warn',
    };
    expect(await send('POST', 'event-types', { name: 'described', schema, ...more })).toMatchObject({
      status: 201,
      body: more,
    });
    const { body } = await send('PATCH', 'event-types/described', { group: null, examples: null });
    expect(body).toMatchObject({ group: null, version: '2', examples: [] });
  });

  it.each([
    ['a word that is no validation', { validation: 'strict' }, 'validation'],
    ['validation without a schema', { validation: 'warn' }, 'validation'],
    ['an example that does not fit', { schema, examples: [{ amount: 1 }, {}] }, 'examples[1]'],
    ['too many examples', { examples: Array.from({ length: 11 }, () => 1) }, 'examples'],
    ['a pattern that backtracks', { schema: { pattern: '(a)\\1' } }, 'schema'],
    ['a group that is no text', { group: 5 }, 'group'],
  ])('is refused with %s', async (_, fields, path) => {
    const refused = await send('POST', 'event-types', { name: 'refused', ...fields });
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(refused.body.errors?.[0]?.path).toBe(path);
  });
});

interface Exported {
  webhooks: Record<
    string,
    { post: { requestBody: { content: { 'application/json': { schema: Envelope } } } } }
  >;
}
type Envelope = Record<string, unknown> & { properties: { data: { $id?: string } } };

describe('the catalog as OpenAPI', () => {
  const document = {
    openapi: '3.1.0',
    info: { title: 'Acme', version: '1' },
    webhooks: {
      'order.placed': {
        post: {
          summary: 'Somebody ordered.',
          tags: ['Orders'],
          requestBody: {
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/OrderPlaced' },
                examples: { first: { value: { type: 'order.placed', timestamp: 'x', data: { id: 1 } } } },
              },
            },
          },
        },
      },
      'order.gone': {
        post: {
          deprecated: true,
          requestBody: {
            content: { 'application/json': { schema: { type: 'object' }, example: { id: 2 } } },
          },
        },
      },
    },
    components: {
      schemas: {
        OrderPlaced: {
          type: 'object',
          properties: { type: {}, timestamp: {}, data: { $ref: '#/components/schemas/Order' } },
        },
        Order: {
          type: 'object',
          required: ['id'],
          properties: { id: { type: 'integer' }, parent: { $ref: '#/components/schemas/Order' } },
        },
      },
    },
  };

  it('is taken in: envelopes opened, references resolved, and held against what is emitted', async () => {
    expect((await send('POST', 'event-types/import', { document, dryRun: true })).body).toEqual({
      created: ['order.placed', 'order.gone'],
      updated: [],
    });
    expect((await send('GET', 'event-types/order.placed')).status).toBe(404);
    expect((await send('POST', 'event-types/import', { document })).status).toBe(200);
    expect((await send('GET', 'event-types/order.placed')).body).toMatchObject({
      description: 'Somebody ordered.',
      group: 'Orders',
      example: { id: 1 },
      validation: 'off',
      archived: false,
    });
    expect((await send('GET', 'event-types/order.gone')).body).toMatchObject({
      archived: true,
      schema: { type: 'object' },
      example: { id: 2 },
    });
    await send('PATCH', 'event-types/order.placed', { validation: 'reject' });
    expect((await emit('order.placed', { id: 1, parent: { id: 2 } })).status).toBe(202);
    expect((await emit('order.placed', { id: 1, parent: { id: 'x' } })).body.errors?.[0]?.path).toBe(
      'data.parent.id',
    );
    expect((await send('POST', 'event-types/import', { document })).body).toEqual({
      created: [],
      updated: ['order.placed', 'order.gone'],
    });
  });

  it('comes out as it went in', async () => {
    const before = await send<{ data: EventType[] }>('GET', 'event-types?limit=200');
    const exported = await send<object>('GET', 'event-types/export');
    expect(exported.body).toMatchObject({ openapi: '3.1.0' });
    const again = await send('POST', 'event-types/import', { document: exported.body });
    expect(again.status).toBe(200);
    const after = await send<{ data: EventType[] }>('GET', 'event-types?limit=200');
    const timeless = (types: EventType[]) => types.map((type) => ({ ...type, updatedAt: undefined }));
    expect(timeless(after.body.data)).toEqual(timeless(before.body.data));
  });

  it('comes out with schemas that hold in one document, whatever they refer to in themselves', async () => {
    await send('POST', 'event-types/import', { document });
    const tree = { type: 'object', properties: { label: { type: 'string' }, child: { $ref: '#' } } };
    await posthorn.client.createEventType({ name: 'tree.grown', schema: tree });
    await posthorn.client.createEventType({
      name: 'tree.felled',
      schema: { $defs: { Order: { type: 'string' } }, properties: { order: { $ref: '#/$defs/Order' } } },
    });
    const { body } = await send<Exported>('GET', 'event-types/export');
    const schemaOf = (type: string) =>
      body.webhooks[type]!.post.requestBody.content['application/json'].schema;
    const accepts = (type: string, data: unknown) => {
      const ajv = new Ajv2020({ strict: false, validateFormats: false });
      return ajv.validate(schemaOf(type), { type, timestamp: 'now', data });
    };
    expect(accepts('tree.grown', { label: 'a', child: { label: 'b', child: {} } })).toBe(true);
    expect(accepts('tree.grown', { label: 'a', child: { child: { label: 1 } } })).toBe(false);
    expect(accepts('tree.felled', { order: 'x' })).toBe(true);
    expect(accepts('tree.felled', { order: {} })).toBe(false);
    expect(accepts('order.placed', { id: 1, parent: { id: 2 } })).toBe(true);
    expect(accepts('order.placed', { id: 1, parent: { id: 'x' } })).toBe(false);
    // In one document, an identifier stands for one schema.
    const ids = ['tree.grown', 'tree.felled', 'order.placed'].map(
      (type) => schemaOf(type).properties.data.$id,
    );
    expect(new Set(ids).size).toBe(3);

    await send('POST', 'event-types/import', { document: body });
    expect((await send<{ schema: unknown }>('GET', 'event-types/tree.grown')).body.schema).toEqual(tree);
  });

  it.each([
    ['an older version', { ...document, openapi: '3.0.3' }, 'document.openapi'],
    ['no webhooks', { openapi: '3.1.0' }, 'document.webhooks'],
    [
      'a name that no event type has',
      { ...document, webhooks: { 'a b': { post: {} } } },
      'document.webhooks.a b',
    ],
    ['a webhook without an operation', { ...document, webhooks: { a: {} } }, 'document.webhooks.a'],
    ['a reference that leads nowhere', { ...document, components: {} }, 'document.webhooks.order.placed'],
    [
      'a schema that is none',
      {
        ...document,
        webhooks: {
          a: { post: { requestBody: { content: { 'application/json': { schema: { type: 'nonsense' } } } } } },
        },
      },
      'document.webhooks.a',
    ],
  ])('is refused with %s, and nothing of it is taken', async (_, refused, path) => {
    const answer = await send('POST', 'event-types/import', { document: refused });
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect(answer.body.errors?.[0]?.path).toBe(path);
    expect((await send('GET', 'event-types/a')).status).toBe(404);
  });
});
