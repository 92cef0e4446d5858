/** Filters over real HTTP: refused when saved, tried out by a call, and decisive for what a receiver gets. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewEndpoint, Problem, Tenant } from '../support/api-types.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';

let posthorn: TestPosthorn;
let receiver: TestReceiver;
let tenant: Tenant;
beforeAll(async () => {
  posthorn = await startTestPosthorn();
  receiver = await startReceiver();
  tenant = await posthorn.client.createTenant();
});
afterAll(async () => {
  await posthorn.close();
  await receiver.close();
});

const received = (path: string) => receiver.requests.filter((request) => request.path === path);

describe('an endpoint with a filter', () => {
  it('gets what matches it, and follows a change of it at once', async () => {
    const { client } = posthorn;
    const endpoint = await client.createEndpoint(tenant.id, {
      url: receiver.url('/filtered'),
      filter: { data: { amount: { $gte: 100 } }, tags: 'eu' },
    });
    await client.createEndpoint(tenant.id, { url: receiver.url('/all') });
    const emit = (amount: number, tags?: string[]) =>
      client.emit(tenant.id, { data: { amount }, ...(tags && { tags }) });
    expect(await emit(100, ['eu'])).toMatchObject({ deliveries: 2 });
    expect(await emit(99, ['eu'])).toMatchObject({ deliveries: 1 });
    expect(await emit(100)).toMatchObject({ deliveries: 1 });
    await client.updateEndpoint(tenant.id, endpoint.id, { filter: { data: { amount: { $lt: 100 } } } });
    expect(await emit(99)).toMatchObject({ deliveries: 2 });
    await client.updateEndpoint(tenant.id, endpoint.id, { filter: null });
    expect(await emit(7)).toMatchObject({ deliveries: 2 });
    await receiver.waitFor(() => received('/all').length === 5 && received('/filtered').length === 3);
    const amounts = received('/filtered').map(
      ({ body }) => (JSON.parse(body.toString()) as { data: { amount: number } }).data.amount,
    );
    expect(amounts.toSorted((a, b) => a - b)).toEqual([7, 99, 100]);
  });

  it('is refused when it is saved or changed, with every problem', async () => {
    const filter = { data: { amount: { $above: 1 }, name: { $regex: '(?<=a)b' } } };
    const route = `/v1/tenants/${tenant.id}/endpoints`;
    const body = { url: receiver.url('/x'), eventTypes: ['*'] };
    const made = await posthorn.client.request<NewEndpoint>('POST', route, { ...body, filter: {} });
    expect(made.status).toBe(201);
    for (const refused of [
      await posthorn.client.request<Problem>('POST', route, { ...body, filter }),
      await posthorn.client.request<Problem>('PATCH', `${route}/${made.body.id}`, { filter }),
    ]) {
      expect(refused).toMatchObject({ status: 422, body: { code: 'filter_invalid' } });
      expect(refused.body.errors!.map(({ path }) => path)).toEqual([
        'filter.data.amount.$above',
        'filter.data.name.$regex',
      ]);
    }
  });
});

describe('trying a filter out', () => {
  const test = (body: unknown) => posthorn.client.request<object>('POST', '/v1/filters/test', body);

  it('tells whether it matches', async () => {
    const filter = { type: { $startsWith: 'invoice.' }, data: { total: { $gt: 5 } } };
    expect(await test({ filter, event: { type: 'invoice.paid', data: { total: 6 } } })).toMatchObject({
      status: 200,
      body: { matches: true, problems: [] },
    });
    expect((await test({ filter, event: { type: 'invoice.paid', data: { total: 5 } } })).body).toEqual({
      matches: false,
      problems: [],
    });
  });

  it('tells what is wrong with it', async () => {
    expect((await test({ filter: { data: { a: { $in: 'x' } } }, event: {} })).body).toMatchObject({
      matches: false,
      problems: [{ path: 'filter.data.a.$in' }],
    });
  });

  it('is refused without a filter or an event, and to emitters', async () => {
    expect((await test({ event: {} })).status).toBe(422);
    expect((await test({ filter: {} })).status).toBe(422);
    const emitter = posthorn.client.as((await posthorn.client.createApiKey('emitter')).key);
    const refused = await emitter.request('POST', '/v1/filters/test', { filter: {}, event: {} });
    expect(refused.status).toBe(403);
  });
});
