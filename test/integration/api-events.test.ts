/** Emitting over real HTTP: what is accepted reaches its receiver byte for byte, and what is refused leaves nothing behind. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/database.js';
import type { Event, Page, Problem } from '../support/api-types.js';
import type { PosthornClient } from '../support/client.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';

interface Emitted extends Problem {
  id: string;
  type: string;
  externalId: string | null;
  occurredAt: string;
  deliveries: number;
  message?: string;
}

let posthorn: TestPosthorn;
let receiver: TestReceiver;
let client: PosthornClient;
let database: Database;
/** With one endpoint that wants everything. */
const TENANT = 'acme';
const EVENTS = `/v1/tenants/${TENANT}/events`;

beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { BODY_BYTES_MAX: '20000' } });
  receiver = await startReceiver();
  client = posthorn.client;
  database = new Database({ url: posthorn.databaseUrl, poolSize: 1, applicationName: 'test' });
  await client.createTenant({ externalId: TENANT });
  await client.createEndpoint(TENANT, { url: receiver.url('/acme') });
  await client.createTenant({ externalId: 'lonely' });
});
afterAll(async () => {
  await database.close();
  await posthorn.close();
  await receiver.close();
});

const emit = (body: unknown, headers?: Record<string, string>) =>
  client.request<Emitted>('POST', EVENTS, body, headers);

async function keyFor(key: object): Promise<PosthornClient> {
  const made = await client.request<{ key: string }>('POST', '/v1/api-keys', { name: 'of a test', ...key });
  return client.as(made.body.key);
}

/** In the whole installation: no list would show what should not be there at all. */
async function countEvents(): Promise<number> {
  const { rows } = await database.query<{ count: number }>('SELECT count(*) AS count FROM events');
  return rows[0]!.count;
}

describe('emitting an event', () => {
  it('answers 202 with all that was stored', async () => {
    const reply = await emit({
      type: 'invoice.paid',
      data: { amount: 1 },
      id: 'in_1',
      occurredAt: '2026-01-02T03:04:05+01:00',
      tags: ['billing'],
    });
    expect(reply.status).toBe(202);
    expect(reply.body).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-f]{32}$/) as string,
      type: 'invoice.paid',
      externalId: 'in_1',
      occurredAt: '2026-01-02T02:04:05.000Z',
      createdAt: expect.any(String) as string,
      deliveries: 1,
    });
    const event = await client.getEvent(TENANT, reply.body.id);
    expect(event).toMatchObject({
      data: { amount: 1 },
      tags: ['billing'],
      externalId: 'in_1',
      deliveryCount: 1,
    });
    expect(event.deliveries).toHaveLength(1);
  });

  it('says so when nobody wants it, and records it all the same', async () => {
    const reply = await client.request<Emitted>('POST', '/v1/tenants/lonely/events', {
      type: 'a',
      data: null,
    });
    expect(reply).toMatchObject({ status: 202, body: { deliveries: 0 } });
    expect(reply.body.message).toContain('recorded');
    expect(await client.getEvent('lonely', reply.body.id)).toMatchObject({ data: null, deliveries: [] });
  });

  it.each([
    ['numbers that no double holds', '{"a":12345678901234567890,"b":1e400,"c":-0.10,"d":1E+2}'],
    ['keys in their order, twice if need be', '{"b":1,"a":2,"10":3,"9":4,"b":5}'],
    ['white space', '\t{ "a" :\r\n[ 1 ,2 ] } '],
    ['escapes as they are spelled', '"\\u00e9\\/é\\ud800 \\udc00\\u0000\\""'],
    ['__proto__ and constructor', '{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'],
    ['99 levels', `${'['.repeat(99)}${']'.repeat(99)}`],
    ['every plane of Unicode', '{"😀":"é \u2028 ﷽ 𐍈"}'],
  ])('carries %s to the receiver, byte for byte', async (_, data) => {
    const reply = await emit(`{"type":"raw.data","data":${data}}`);
    expect(reply.status).toBe(202);
    const [webhook] = await receiver.waitFor((request) => request.headers['webhook-id'] === reply.body.id);
    expect(webhook!.body.toString()).toContain(`"data":${data.trim()}}`);
    const shown = await client.request('GET', `${EVENTS}/${reply.body.id}`);
    expect(shown.text).toContain(`"data":${data.trim()}}`);
  });

  it('carries any JSON there is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom(0, 1, 2), async (value, indent) => {
        const data = JSON.stringify(value, null, indent);
        const { status, body } = await emit(`{"data":${data},"type":"any.json"}`);
        expect(status).toBe(202);
        const shown = await client.request('GET', `${EVENTS}/${body.id}`);
        expect(shown.text.endsWith(`"data":${data}}`)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses an event of 2 MB by its size, and keeps nothing of it', async () => {
    const before = await countEvents();
    const reply = await emit(`{"type":"too.large","data":"${'x'.repeat(2_000_000)}"}`);
    expect(reply).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(await countEvents()).toBe(before);
  });

  it('answers a repetition as before, and sends nothing twice', async () => {
    const event = { type: 'invoice.paid', data: { n: 1 }, id: 'repeated' };
    const first = await emit(event);
    const again = await emit(event);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(await emit({ ...event, data: { n: 2 } })).toMatchObject({
      status: 409,
      body: { code: 'idempotency_key_reused' },
    });
  });

  it.each([
    [
      'its type was archived',
      () => ({ type: 'once.welcome', data: 1 }),
      async () => {
        await client.request('POST', '/v1/event-types', { name: 'once.welcome' });
        await client.request('PATCH', '/v1/event-types/once.welcome', { archived: true });
      },
    ],
    [
      'its type got a schema that it does not meet',
      () => ({ type: 'once.free', data: 1 }),
      () =>
        client.request('POST', '/v1/event-types', {
          ...{ name: 'once.free', schema: { type: 'string' }, validation: 'reject' },
        }),
    ],
    [
      'it expired',
      () => ({ type: 'once.timed', data: 1, expiresAt: new Date(Date.now() + 2_000).toISOString() }),
      () => new Promise((resolve) => setTimeout(resolve, 2_100)),
    ],
  ])('answers a repetition as before even when %s meanwhile', async (_, make, happen) => {
    const event = make();
    const key = { 'idempotency-key': event.type };
    const first = await emit(event, key);
    expect(first.status).toBe(202);
    await happen();
    expect(await emit(event, key)).toMatchObject({ status: 202, body: first.body });
    expect((await emit({ ...event, data: 2 }, key)).body).toMatchObject({ code: 'idempotency_key_reused' });
    // Another one of its kind is refused.
    expect((await emit(event, { 'idempotency-key': `${event.type} anew` })).status).toBe(422);
  });

  it('gives a hundred identical requests at once the same event', async () => {
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => emit({ type: 'a', data: 1 }, { 'idempotency-key': 'the key' })),
    );
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([202]));
    expect(new Set(replies.map((reply) => reply.body.id)).size).toBe(1);
    expect(replies.filter((reply) => reply.headers.get('idempotent-replayed') === null)).toHaveLength(1);
  });

  it('passes hops and traces on', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { body } = await emit({ type: 'a', data: 1 }, { 'posthorn-hops': '3', traceparent });
    const [webhook] = await receiver.waitFor((request) => request.headers['webhook-id'] === body.id);
    expect(webhook!.headers['posthorn-hops']).toBe('4');
    expect(webhook!.headers['traceparent']).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
  });
});

describe('a refused emit', () => {
  const event = { type: 'invoice.paid', data: 1 };

  it.each<[string, unknown, Record<string, string>, number, string]>([
    ['text that is not JSON', '{"type":', {}, 400, 'malformed_json'],
    ['a field that stands twice', '{"type":"a","data":1,"data":2}', {}, 400, 'malformed_json'],
    ['a body that is no object', '[1]', {}, 422, 'validation_failed'],
    ['an empty body', '', {}, 422, 'validation_failed'],
    ['an unknown field', { ...event, payload: 1 }, {}, 422, 'validation_failed'],
    ['no data', { type: 'a' }, {}, 422, 'validation_failed'],
    ['9,000 levels', `{"type":"a","data":${'['.repeat(9_000)}`, {}, 422, 'json_too_deep'],
    ['a body that is too large', { ...event, data: 'x'.repeat(20_001) }, {}, 413, 'body_too_large'],
    ['another media type', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['a bad Idempotency-Key', event, { 'idempotency-key': 'x'.repeat(256) }, 422, 'validation_failed'],
    ['nonsense for hops', event, { 'posthorn-hops': '-1' }, 422, 'validation_failed'],
    ['an event that goes in circles', event, { 'posthorn-hops': '9' }, 422, 'loop_detected'],
  ])('for %s has a code, and stores nothing', async (_, body, headers, status, code) => {
    const before = await countEvents();
    expect(await emit(body, headers)).toMatchObject({ status, body: { code } });
    expect(await countEvents()).toBe(before);
  });

  it('names the fields that are wrong', async () => {
    const { body } = await emit({ type: '?', id: '', tags: [''], extra: 1 });
    expect(body.errors!.map((problem) => problem.path).sort()).toEqual([
      'data',
      'extra',
      'id',
      'tags',
      'type',
    ]);
  });

  it('for a tenant that does not exist is a 404', async () => {
    expect(await client.request('POST', '/v1/tenants/nobody/events', event)).toMatchObject({
      status: 404,
      body: { code: 'tenant_not_found' },
    });
  });

  it('for an archived type, or one that a strict catalog lacks, is a 422', async () => {
    await client.createEventType({ name: 'old.news', archived: true });
    await client.createTenant({ externalId: 'strict', strictEventTypes: true } as object);
    expect(await emit({ type: 'old.news', data: 1 })).toMatchObject({
      status: 422,
      body: { code: 'event_type_archived' },
    });
    expect(await client.request('POST', '/v1/tenants/strict/events', event)).toMatchObject({
      status: 422,
      body: { code: 'event_type_unknown' },
    });
  });
});

describe('who may emit', () => {
  const event = { type: 'invoice.paid', data: 1 };

  it('an emitter may; support, a customer and nobody may not', async () => {
    const { token } = await client.createPortalSession(TENANT);
    const statuses = [];
    for (const caller of [
      await keyFor({ role: 'emitter' }),
      await keyFor({ role: 'support' }),
      client.as(token),
      client.as(undefined),
    ]) {
      statuses.push((await caller.request('POST', EVENTS, event)).status);
    }
    expect(statuses).toEqual([202, 403, 403, 401]);
  });

  it('an emitter may not read', async () => {
    const emitter = await keyFor({ role: 'emitter' });
    for (const route of [EVENTS, `${EVENTS}/evt_019ab1c2d3e47f508192a3b4c5d6e7f8`, '/v1/deliveries']) {
      expect((await emitter.request('GET', route)).status).toBe(403);
    }
  });

  it('a key that is bound to a tenant finds no other, in both of its names', async () => {
    const tenant = await client.createTenant({ externalId: 'bound' });
    const bound = await keyFor({ role: 'emitter', tenantId: 'bound' });
    for (const name of ['bound', tenant.id]) {
      expect((await bound.request('POST', `/v1/tenants/${name}/events`, event)).status).toBe(202);
    }
    expect(await bound.request('POST', EVENTS, event)).toMatchObject({
      status: 404,
      body: { code: 'tenant_not_found' },
    });
  });

  it('a key that is bound to event types emits no others', async () => {
    const bound = await keyFor({ role: 'emitter', eventTypes: ['invoice.*'] });
    expect((await bound.request('POST', EVENTS, event)).status).toBe(202);
    expect(await bound.request('POST', EVENTS, { type: 'user.created', data: 1 })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    const batch = await bound.request('POST', `${EVENTS}/batch`, {
      events: [event, { type: 'user.created', data: 1 }],
    });
    expect(batch).toMatchObject({
      status: 202,
      body: { data: [{ status: 'accepted' }, { status: 'refused', error: { code: 'forbidden' } }] },
    });
  });
});

describe('emitting a batch', () => {
  const emitBatch = (body: unknown, headers?: Record<string, string>) =>
    client.request<{ data: (Emitted & { status: string; error: Problem })[] } & Problem>(
      'POST',
      `${EVENTS}/batch`,
      body,
      headers,
    );

  it('accepts and refuses each event by itself, in order', async () => {
    await emit({ type: 'a', data: 1, id: 'batch-known' });
    const { status, body } = await emitBatch(
      `{"events":[ {"type":"a","data":{"n":9007199254740993}}, {"type":"a","data":1,"id":"batch-known"},
        {"type":"a","data":2,"id":"batch-known"}, {"type":"a"}, 5, {"type":"a","data":1,"data":2},
        {"type":"a","data":"${'x'.repeat(20_001)}"}]}`,
    );
    expect(status).toBe(202);
    expect(body.data.map((item) => item.error?.code ?? item.status)).toEqual([
      'accepted',
      'replayed',
      'idempotency_key_reused',
      'validation_failed',
      'validation_failed',
      'malformed_json',
      'body_too_large',
    ]);
    expect(body.data[3]!.error.errors).toEqual([{ path: 'data', message: expect.any(String) as string }]);
    const shown = await client.request('GET', `${EVENTS}/${body.data[0]!.id}`);
    expect(shown.text).toContain('"data":{"n":9007199254740993}}');
  });

  it('takes a thousand events, of which twins become one', async () => {
    const events = Array.from({ length: 1_000 }, (_, n) => ({
      type: 'bulk',
      data: n % 500,
      id: `bulk-${n % 500}`,
    }));
    const { status, body } = await emitBatch({ events });
    expect(status).toBe(202);
    expect(new Set(body.data.map((item) => item.id)).size).toBe(500);
    expect(body.data.filter((item) => item.status === 'accepted')).toHaveLength(500);
    expect(body.data.filter((item) => item.status === 'replayed')).toHaveLength(500);
  });

  it.each<[string, unknown, Record<string, string>, number, string]>([
    ['no events', { events: [] }, {}, 422, 'validation_failed'],
    ['1,001 events', { events: Array(1_001).fill({ type: 'a', data: 1 }) }, {}, 422, 'validation_failed'],
    ['events that are no list', { events: {} }, {}, 422, 'validation_failed'],
    ['a list', [{ type: 'a', data: 1 }], {}, 422, 'validation_failed'],
    ['an unknown field', { events: [{ type: 'a', data: 1 }], x: 1 }, {}, 422, 'validation_failed'],
    [
      'an Idempotency-Key',
      { events: [{ type: 'a', data: 1 }] },
      { 'idempotency-key': 'k' },
      422,
      'validation_failed',
    ],
    ['more than 8 bodies', { events: [{ type: 'a', data: 'x'.repeat(160_001) }] }, {}, 413, 'body_too_large'],
  ])('is refused as a whole for %s', async (_, body, headers, status, code) => {
    expect(await emitBatch(body, headers)).toMatchObject({ status, body: { code } });
  });

  it('is a 404 for a tenant that does not exist', async () => {
    const events = [{ type: 'a', data: 1 }];
    expect((await client.request('POST', '/v1/tenants/nobody/events/batch', { events })).status).toBe(404);
  });
});

describe('reading events', () => {
  it('lists them newest first, by type, tag and time, page by page', async () => {
    await client.createTenant({ externalId: 'reader' });
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) {
      const { id } = await client.emit('reader', { type: n % 2 ? 'odd' : 'even', data: n, tags: [`n${n}`] });
      ids.unshift(id);
    }
    const seen: string[] = [];
    let page: Page<Event> | undefined;
    do {
      const cursor = page?.nextCursor ?? undefined;
      page = await client.listEvents('reader', { limit: 3, cursor });
      seen.push(...page.data.map((event) => event.id));
    } while (page.nextCursor !== null);
    expect(seen).toEqual(ids);
    expect(page.data[0]).not.toHaveProperty('data');
    expect((await client.listEvents('reader', { type: 'odd' })).data).toHaveLength(3);
    expect((await client.listEvents('reader', { tag: 'n4' })).data.map((event) => event.id)).toEqual([
      ids[2],
    ]);
    expect((await client.listEvents('reader', { after: '2099-01-01T00:00:00Z' })).data).toEqual([]);
    expect((await client.listEvents('reader', { before: '2099-01-01T00:00:00Z' })).data).toHaveLength(7);
  });

  it.each([
    ['limit=0', 422],
    ['limit=201', 422],
    ['limit=many', 422],
    ['after=yesterday', 422],
    ['type=a..b', 422],
    ['color=red', 422],
    ['cursor=nonsense', 400],
  ])('refuses ?%s', async (query, status) => {
    expect((await client.request('GET', `${EVENTS}?${query}`)).status).toBe(status);
  });

  it('refuses the cursor of other filters, of another tenant, and of another list', async () => {
    const { nextCursor } = await client.listEvents(TENANT, { limit: 1 });
    expect(nextCursor).not.toBeNull();
    for (const route of [`${EVENTS}?type=a&`, '/v1/tenants/lonely/events?', '/v1/deliveries?']) {
      const reply = await client.request('GET', `${route}cursor=${nextCursor}`);
      expect(reply, route).toMatchObject({ status: 400, body: { code: 'cursor_invalid' } });
    }
  });

  it('shows an event to its own tenant only', async () => {
    const { id } = await client.emit(TENANT);
    const { token } = await client.createPortalSession('lonely');
    for (const [caller, tenant] of [
      [client, 'lonely'],
      [client.as(token), 'lonely'],
      [client.as(token), TENANT],
    ] as const) {
      expect((await caller.request('GET', `/v1/tenants/${tenant}/events/${id}`)).status).toBe(404);
    }
    expect((await client.request('GET', `${EVENTS}/dlv_1`)).status).toBe(404);
  });

  it('keeps data from keys without access to payloads', async () => {
    const { id } = await client.emit(TENANT, { data: 'secret words' });
    const blind = await keyFor({ role: 'support', payloadAccess: false });
    const reply = await blind.request('GET', `${EVENTS}/${id}`);
    expect(reply).toMatchObject({ status: 200, body: { id } });
    expect(reply.text).not.toContain('secret words');
    expect(reply.body).not.toHaveProperty('data');
  });

  it('shows 200 deliveries of a wide event, and the way to the others', async () => {
    await client.createTenant({ externalId: 'wide' });
    for (let n = 0; n < 203; n++)
      await client.createEndpoint('wide', { url: receiver.url(`/wide/${n}`), disabled: true });
    const { id } = await client.emit('wide');
    const event = (await client.getEvent('wide', id)) as Event & { deliveriesNextCursor: string };
    expect(event.deliveries).toHaveLength(200);
    const rest = await client.listDeliveries({ event: id, cursor: event.deliveriesNextCursor });
    expect(rest.data).toHaveLength(3);
    expect(rest.nextCursor).toBeNull();
  });
});
