/** An endpoint's own expression for its bodies: set through the API, seen at a real receiver. */
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewEndpoint, Problem, Tenant } from '../support/api-types.js';
import { queueBackends } from '../support/backends.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';

const FOR_EVER = '($f := function($n) { $f($n + 1) }; $f(0))';

describe.each(queueBackends)('transformations, queue on $name', (backend) => {
  let posthorn: TestPosthorn;
  let receiver: TestReceiver;
  let tenant: Tenant;
  let count = 0;

  beforeAll(async () => {
    posthorn = await startTestPosthorn({ backend });
    receiver = await startReceiver();
    tenant = await posthorn.client.createTenant();
  });
  afterAll(async () => {
    await posthorn.close();
    await receiver.close();
  });

  const create = (body: object) =>
    posthorn.client.request<NewEndpoint & Problem>('POST', `/v1/tenants/${tenant.id}/endpoints`, {
      url: receiver.url('/x'),
      eventTypes: ['never'],
      retry: { scheduleSeconds: [] },
      ...body,
    });

  async function endpointWith(transformation: string, options: object = {}) {
    const at = `/${++count}`;
    const type = `only.for${count}`;
    const { body, status, text } = await create({
      url: receiver.url(at),
      eventTypes: [type],
      transformation,
      ...options,
    });
    expect(status, text).toBe(201);
    const requests = () => receiver.requests.filter((request) => request.path === at);
    const emit = async (data: unknown = { amount: 125 }) =>
      (await posthorn.client.emit(tenant.id, { type, data, tags: ['eu'] })).id;
    const outcome = async (event: string, status: 'succeeded' | 'failed') => {
      await posthorn.client.waitForDeliveriesOf(event);
      // Another endpoint may want the same event.
      const { data } = await posthorn.client.listDeliveries({ event, endpoint: body.id });
      const [delivery] = data;
      await posthorn.client.waitForDelivery(delivery!.id, status);
      return posthorn.client.request<{ data: Record<string, unknown>[] }>(
        'GET',
        `/v1/deliveries/${delivery!.id}/attempts`,
      );
    };
    return { endpoint: body, type, requests, emit, outcome };
  }

  it('makes the body, which is what is signed', async () => {
    const { endpoint, type, requests, emit, outcome } = await endpointWith(
      '{"text": type & " over " & data.amount, "tags": tags, "id": id}',
    );
    const event = await emit();
    await outcome(event, 'succeeded');
    const [{ headers, body }] = requests() as [(typeof receiver.requests)[number]];
    expect(JSON.parse(body.toString())).toEqual({ text: `${type} over 125`, tags: ['eu'], id: event });
    expect(headers['content-type']).toBe('application/json');
    expect(() => new Webhook(endpoint.secret).verify(body.toString(), headers)).not.toThrow();
  });

  it('that fails is a failed attempt, without the event’s values, until somebody mends it', async () => {
    const { endpoint, requests, emit, outcome } = await endpointWith('$number(data.note)');
    const { body, text } = await outcome(await emit({ note: 'a-secret-note' }), 'failed');
    expect(body.data).toMatchObject([
      {
        errorCode: 'transformation_failed',
        errorMessage: expect.stringMatching(/^JSONata D3030/) as string,
        statusCode: null,
      },
    ]);
    expect(text).not.toContain('a-secret-note');
    expect(requests()).toHaveLength(0);
    await posthorn.client.updateEndpoint(tenant.id, endpoint.id, { transformation: 'data.note' });
    await outcome(await emit({ note: 'mended' }), 'succeeded');
    expect(requests().map(({ body }) => body.toString())).toEqual(['"mended"']);
    await posthorn.client.updateEndpoint(tenant.id, endpoint.id, { transformation: null });
    await outcome(await emit({ note: 'x' }), 'succeeded');
    expect(JSON.parse(requests()[1]!.body.toString())).toMatchObject({ data: { note: 'x' } });
  });

  it('that never ends holds up nobody', async () => {
    const slow = await endpointWith(FOR_EVER);
    const quick = await endpointWith('data.amount');
    const plain = await create({ url: receiver.url('/plain'), eventTypes: [slow.type] });
    expect(plain.status).toBe(201);
    const slowEvents = await Promise.all(Array.from({ length: 20 }, () => slow.emit()));
    const begunAt = performance.now();
    const event = await quick.emit();
    await quick.outcome(event, 'succeeded');
    await receiver.waitFor(() => receiver.requests.filter(({ path }) => path === '/plain').length === 20);
    // Twenty of 100 ms, one at a time, are two seconds.
    expect(performance.now() - begunAt).toBeLessThan(1_900);
    const { body } = await slow.outcome(slowEvents[0]!, 'failed');
    expect(body.data).toMatchObject([{ errorMessage: 'the expression took longer than 100 ms' }]);
  });

  it('is read when it is saved', async () => {
    const refusal = { status: 422, body: { code: 'transformation_invalid' } };
    expect(await create({ transformation: '{"a": ' })).toMatchObject(refusal);
    const { body } = await create({});
    const route = `/v1/tenants/${tenant.id}/endpoints/${body.id}`;
    expect(await posthorn.client.request('PATCH', route, { transformation: '$$(' })).toMatchObject(refusal);
    expect(await posthorn.client.request('GET', route)).toMatchObject({ body: { transformation: null } });
  });

  it.each([{ bodyFormat: 'cloudevents' }, { payload: 'thin' }])('does not go with %j', async (options) => {
    expect(await create({ transformation: 'data', ...options })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'transformation' }] },
    });
  });

  it('can be tried out', async () => {
    const attempt = (transformation: string) =>
      posthorn.client.request('POST', '/v1/transformations/test', {
        transformation,
        event: { type: 'invoice.paid', data: { amount: 5 } },
      });
    expect(await attempt('{"sum": data.amount + 1}')).toMatchObject({
      status: 200,
      body: { body: { sum: 6 }, error: null },
    });
    expect(await attempt('{"sum": ')).toMatchObject({ status: 200, body: { body: null } });
    expect(await attempt(FOR_EVER)).toMatchObject({
      body: { body: null, error: 'the expression took longer than 100 ms' },
    });
  });
});
