/** Replays of many, test events and an endpoint's figures over HTTP, with everything running behind them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, NewEndpoint, Page, Problem, Replay, Tenant } from '../support/api-types.js';
import type { PosthornClient } from '../support/client.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

/** One attempt: what fails has failed. */
const ONCE = { retry: { baseSeconds: 1, factor: 1, maxSeconds: 1, maxAttempts: 1, jitter: 0 } };

let posthorn: TestPosthorn;
let client: PosthornClient;
let receiver: TestReceiver;
let tenant: Tenant;
let endpoint: NewEndpoint;
let path = 0;

beforeAll(async () => {
  [posthorn, receiver] = await Promise.all([startTestPosthorn(), startReceiver()]);
  client = posthorn.client;
});
afterAll(async () => {
  await posthorn.close();
  await receiver.close();
});
beforeEach(async () => {
  receiver.respondWith({ status: 200 });
  tenant = await client.createTenant();
  endpoint = await client.createEndpoint(tenant.id, { url: receiver.url(`/${++path}`), ...ONCE });
});

const ask = <T = Replay & Problem>(body: unknown, as = client) => as.request<T>('POST', '/v1/replays', body);
const received = () => receiver.requests.filter((request) => request.path === `/${path}`);

async function failedDeliveries(count: number): Promise<Delivery[]> {
  receiver.respondWith({ status: 500 });
  for (let index = 0; index < count; index++) await client.emit(tenant.id);
  const failed = await waitFor(
    async () => {
      const { data } = await client.listDeliveries({ endpoint: endpoint.id, status: 'failed', limit: 200 });
      return data.length === count && data;
    },
    { what: `${count} deliveries to fail` },
  );
  receiver.respondWith({ status: 200 });
  return failed;
}

async function ended(id: string): Promise<Replay & Record<string, unknown>> {
  return waitFor(
    async () => {
      const replay = (await client.getReplay(id)) as Replay & Record<string, unknown>;
      return (
        replay.status !== 'running' && replay.pending === 0 && replay.succeeded === replay.replayed && replay
      );
    },
    { what: 'the replay to have ended' },
  );
}

describe('a replay of many', () => {
  it('is counted first, then done: everything arrives again under its first webhook-id', async () => {
    await failedDeliveries(5);
    const filter = { tenant: tenant.id, status: 'failed', statusCode: '5xx' };
    expect(await ask({ filter, dryRun: true })).toMatchObject({ status: 200, body: { count: 5 } });
    const { status, body } = await ask({ filter });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^rpl_[0-9a-f]{32}$/) as string,
      status: 'running',
      total: 5,
      ratePerSecond: 500,
      filter,
      tenantId: tenant.id,
    });
    expect(await ended(body.id)).toMatchObject({ status: 'completed', replayed: 5, succeeded: 5, failed: 0 });
    expect(received()).toHaveLength(10);
    const ids = new Set(received().map((request) => request.headers['webhook-id']));
    expect(ids.size).toBe(5);
    expect((await ask({ filter, dryRun: true })).body).toEqual({ count: 0 });
  });

  it('takes a status code as a number too', async () => {
    await failedDeliveries(1);
    const filter = { endpoint: endpoint.id, statusCode: 500 };
    expect((await ask({ filter, dryRun: true })).body).toEqual({ count: 1 });
  });

  it('is listed, and canceled once', async () => {
    await failedDeliveries(3);
    const { body } = await ask({ filter: { endpoint: endpoint.id }, ratePerSecond: 1 });
    const { data } = (await client.request<Page<Replay>>('GET', `/v1/replays?tenant=${tenant.id}`)).body;
    expect(data.map((replay) => replay.id)).toEqual([body.id]);
    expect(await client.request('POST', `/v1/replays/${body.id}/cancel`)).toMatchObject({
      status: 200,
      body: { status: 'canceled' },
    });
    expect(await client.request('POST', `/v1/replays/${body.id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'replay_not_running' },
    });
    const none = await client.request<Page<Replay>>('GET', `/v1/replays?tenant=${tenant.id}&status=running`);
    expect(none.body.data).toEqual([]);
  });

  it('gives an endpoint the events that it never had, once', async () => {
    for (let index = 0; index < 4; index++) await client.emit(tenant.id, { type: 'order.made' });
    const late = await client.createEndpoint(tenant.id, {
      url: receiver.url(`/late-${path}`),
      eventTypes: ['order.*'],
    });
    await client.emit(tenant.id, { type: 'order.made' });
    const request = { filter: { endpoint: late.id }, missing: true };
    expect((await ask({ ...request, dryRun: true })).body).toEqual({ count: 4 });
    expect(await ended((await ask(request)).body.id)).toMatchObject({ replayed: 4, succeeded: 4 });
    expect((await ask({ ...request, dryRun: true })).body).toEqual({ count: 0 });
    const arrived = receiver.requests.filter((webhook) => webhook.path === `/late-${path}`);
    expect(new Set(arrived.map((webhook) => webhook.headers['webhook-id'])).size).toBe(5);
    expect(arrived).toHaveLength(5);
  });

  it.each([
    ['no filter', {}, 'filter'],
    ['an empty filter', { filter: {} }, 'filter'],
    ['a filter that is a list', { filter: [] }, 'filter'],
    ['an unknown condition', { filter: { colour: 'red' } }, 'filter.colour'],
    ['a status that is none', { filter: { status: 'broken' } }, 'filter.status'],
    ['a status code that is none', { filter: { statusCode: 'abc' } }, 'filter.statusCode'],
    ['an id of something else', { filter: { endpoint: 'evt_1' } }, 'filter.endpoint'],
    ['a rate of nothing', { filter: { status: 'failed' }, ratePerSecond: 0 }, 'ratePerSecond'],
    ['an absurd rate', { filter: { status: 'failed' }, ratePerSecond: 1e9 }, 'ratePerSecond'],
    ['a null where a choice is', { filter: { status: 'failed' }, dryRun: null }, 'dryRun'],
    ['missing events of nobody', { filter: { eventType: 'a' }, missing: true }, 'filter.endpoint'],
  ])('is refused with %s', async (_, body, field) => {
    const { status, body: problem } = await ask(body);
    expect(status).toBe(422);
    expect(problem).toMatchObject({ code: 'validation_failed' });
    expect(problem.errors!.map((error) => error.path)).toContain(field);
  });

  it('is refused for missing events by what only deliveries have', async () => {
    const { body } = await ask({ filter: { endpoint: endpoint.id, status: 'failed' }, missing: true });
    expect(body.errors).toMatchObject([{ path: 'filter.status' }]);
  });

  it('is refused for what does not exist', async () => {
    const nothing = '0'.repeat(32);
    expect((await ask({ filter: { tenant: 'nobody' } })).body.code).toBe('tenant_not_found');
    expect((await ask({ filter: { endpoint: `ep_${nothing}` } })).body.code).toBe('endpoint_not_found');
    expect((await ask({ filter: { event: `evt_${nothing}` } })).body.code).toBe('event_not_found');
    for (const id of [`rpl_${nothing}`, 'rpl_1', endpoint.id]) {
      expect(await client.request('GET', `/v1/replays/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'replay_not_found' },
      });
    }
    await client.deleteEndpoint(tenant.id, endpoint.id);
    expect((await ask({ filter: { endpoint: endpoint.id } })).body.code).toBe('endpoint_not_found');
  });

  it('asked for by a tenant touches that tenant alone', async () => {
    await failedDeliveries(2);
    const other = await client.createTenant();
    const { token } = await client.createPortalSession(other.id);
    const stranger = client.as(token);
    expect(await ask({ filter: { status: 'failed' }, dryRun: true }, stranger)).toMatchObject({
      body: { count: 0 },
    });
    for (const filter of [{ tenant: tenant.id }, { endpoint: endpoint.id }]) {
      expect((await ask({ filter }, stranger)).status).toBe(404);
      expect((await ask({ filter, dryRun: true }, stranger)).status).toBe(404);
    }
    const { body: replay } = await ask({ filter: { endpoint: endpoint.id }, ratePerSecond: 1 });
    for (const [method, route] of [
      ['GET', `/v1/replays/${replay.id}`],
      ['POST', `/v1/replays/${replay.id}/cancel`],
    ] as const) {
      expect(await stranger.request(method, route)).toMatchObject({
        status: 404,
        body: { code: 'replay_not_found' },
      });
    }
    expect((await stranger.request<Page<Replay>>('GET', '/v1/replays')).body.data).toEqual([]);
    const { key } = await client.createApiKey('emitter');
    expect((await ask({ filter: { status: 'failed' } }, client.as(key))).status).toBe(403);
  });
});

describe('a test event', () => {
  const test = (body: unknown = {}, of = endpoint) =>
    client.request<{ id: string; code: string }>(
      'POST',
      `/v1/tenants/${tenant.id}/endpoints/${of.id}/test`,
      body,
    );

  it('brings the example of a type that the endpoint asked for, marked, to this endpoint alone', async () => {
    await client.createEventType({ name: `user.made${path}`, example: { name: 'Ada', big: 1 } });
    const asked = await client.createEndpoint(tenant.id, {
      url: receiver.url(`/asked-${path}`),
      eventTypes: [`user.made${path}`],
    });
    const { status, body } = await test({}, asked);
    expect(status).toBe(202);
    expect(body).toMatchObject({ endpointId: asked.id, trigger: 'test', eventType: `user.made${path}` });
    const [webhook] = await receiver.waitFor((request) => request.path === `/asked-${path}`);
    expect(webhook!.headers['posthorn-test']).toBe('true');
    expect(JSON.parse(webhook!.body.toString())).toMatchObject({
      type: `user.made${path}`,
      data: { name: 'Ada', big: 1 },
    });
    await client.waitForDelivery(body.id, 'succeeded');
    expect(received()).toHaveLength(0);
  });

  it('of a type without an example is a plain object', async () => {
    await test({ type: 'never.heard.of' });
    const [webhook] = await receiver.waitFor((request) => request.path === `/${path}`);
    expect(JSON.parse(webhook!.body.toString())).toMatchObject({
      type: 'never.heard.of',
      data: { test: true },
    });
  });

  it('is not sent to a disabled endpoint, nor to one that is not the tenant’s', async () => {
    await client.updateEndpoint(tenant.id, endpoint.id, { disabled: true });
    expect(await test()).toMatchObject({ status: 409, body: { code: 'endpoint_disabled' } });
    const other = await client.createTenant();
    const foreign = await client.createEndpoint(other.id, { url: receiver.url() });
    expect(await test({}, foreign)).toMatchObject({ status: 404, body: { code: 'endpoint_not_found' } });
    expect((await test({ type: 'a b' })).body.code).toBe('validation_failed');
    expect((await test({ kind: 'x' })).body.code).toBe('validation_failed');
  });

  it('is no event that another endpoint can be said to have missed', async () => {
    await test();
    const late = await client.createEndpoint(tenant.id, { url: receiver.url('/late') });
    const request = { filter: { endpoint: late.id }, missing: true, dryRun: true };
    expect((await ask(request)).body).toEqual({ count: 0 });
  });
});

describe('an endpoint’s figures', () => {
  const stats = (query = '', of = endpoint, as = client) =>
    as.request<Record<string, unknown> & Problem>(
      'GET',
      `/v1/tenants/${tenant.id}/endpoints/${of.id}/stats${query}`,
    );

  it('tell how it is doing', async () => {
    await failedDeliveries(1);
    const { id } = await client.emit(tenant.id);
    const [delivery] = await client.waitForDeliveriesOf(id);
    await client.waitForDelivery(delivery!.id, 'succeeded');
    const { status, body } = await stats('?window=1h');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      window: '1h',
      sampled: false,
      attempts: 2,
      succeeded: 1,
      failed: 1,
      successRate: 0.5,
      latencyMs: { p50: expect.any(Number) as number, p99: expect.any(Number) as number },
      lastSuccessAt: expect.any(String) as string,
      lastFailureAt: expect.any(String) as string,
      backlog: { waiting: 0, more: false, dueSince: null },
    });
  });

  it('are of the windows that there are, and of the tenant’s endpoints', async () => {
    expect((await stats('?window=2h')).body.code).toBe('validation_failed');
    const other = await client.createTenant();
    const foreign = await client.createEndpoint(other.id, { url: receiver.url() });
    expect((await stats('', foreign)).body.code).toBe('endpoint_not_found');
    const { token } = await client.createPortalSession(other.id);
    expect((await stats('', endpoint, client.as(token))).body.code).toBe('tenant_not_found');
  });
});
