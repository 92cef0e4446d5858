/** The delivery log over real HTTP: who sees what, what an attempt tells, and doing it again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt, Delivery, Page, Problem } from '../support/api-types.js';
import type { PosthornClient } from '../support/client.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type Reaction, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

interface FullDelivery extends Delivery {
  tenantId: string;
  endpointId: string;
  eventId: string;
  endpointUrl: string;
  dueAt: string | null;
  completedAt: string | null;
  trigger: string;
  maxAttempts: number;
  scheduleAttempts: number;
  event: { id: string; type: string; externalId: string | null };
}

interface FullAttempt extends Attempt {
  url: string;
  trigger: string;
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string>;
  responseBody: string | null;
  responseBodyBase64: string | null;
  responseBodyTruncated: boolean;
  errorMessage: string | null;
  remoteAddress: string;
  timings: { totalMs: number };
  startedAt: string;
}

let posthorn: TestPosthorn;
let receiver: TestReceiver;
let client: PosthornClient;
let blind: PosthornClient;

/** What the receiver answers, by path. */
const reactions: Record<string, Reaction> = {
  '/fails': {
    status: 503,
    headers: { 'content-type': 'text/plain', 'set-cookie': 'a=b' },
    body: 'try later',
  },
  '/binary': { status: 500, body: Buffer.from([0xff, 0, 0x61]) },
  '/long': { status: 500, body: `${'ä'.repeat(20_000)}` },
  '/gone': { status: 404, body: '<script>alert(1)</script>' },
};

beforeAll(async () => {
  posthorn = await startTestPosthorn();
  receiver = await startReceiver();
  receiver.respondWith(({ path }) => reactions[path] ?? { status: 200, body: 'thanks' });
  client = posthorn.client;
  const { body } = await client.request<{ key: string }>('POST', '/v1/api-keys', {
    name: 'blind',
    role: 'support',
    payloadAccess: false,
  });
  blind = client.as(body.key);
});
afterAll(async () => {
  await posthorn.close();
  await receiver.close();
});

/** A tenant with one endpoint, one event sent to it, and the delivery once it is as it shall be. */
async function deliver(
  tenant: string,
  path: string,
  { status = 'failed', ...endpoint }: { status?: Delivery['status'] } & Record<string, unknown> = {},
): Promise<FullDelivery> {
  await client.createTenant({ externalId: tenant });
  await client.createEndpoint(tenant, {
    url: receiver.url(path),
    retry: { scheduleSeconds: [] },
    ...endpoint,
  });
  const { id } = await client.emit(tenant, { data: { words: `of ${tenant}` }, id: `event of ${tenant}` });
  const [delivery] = await client.waitForDeliveriesOf(id);
  return (await client.waitForDelivery(delivery!.id, status)) as FullDelivery;
}

const attemptsOf = async (id: string, caller = client) =>
  (await caller.request<Page<FullAttempt>>('GET', `/v1/deliveries/${id}/attempts`)).body.data;

describe('a delivery', () => {
  it('tells what is known of it, its event and its endpoint', async () => {
    const delivery = await deliver('known', '/fails');
    expect(delivery).toMatchObject({
      status: 'failed',
      attemptCount: 1,
      scheduleAttempts: 1,
      maxAttempts: 1,
      lastStatusCode: 503,
      lastErrorCode: 'http_server_error',
      trigger: 'emit',
      dueAt: null,
      completedAt: expect.any(String) as string,
      endpointUrl: receiver.url('/fails'),
      endpointDeleted: false,
      event: { type: 'invoice.paid', externalId: 'event of known', test: false },
    });
  });

  it('says when the next attempt is due', async () => {
    const delivery = await deliver('retried', '/fails', {
      status: 'pending',
      retry: { scheduleSeconds: [3600] },
    });
    const { dueAt } = await waitFor(
      async () => {
        const found = (await client.getDelivery(delivery.id)) as FullDelivery;
        return found.attemptCount === 1 && found;
      },
      { what: 'the first attempt' },
    );
    expect(Date.parse(dueAt!)).toBeGreaterThan(Date.now() + 30 * 60_000);
  });

  it.each(['dlv_1', 'evt_019ab1c2d3e47f508192a3b4c5d6e7f8', 'dlv_019ab1c2d3e47f508192a3b4c5d6e7f8', 'x'])(
    'that is %s does not exist',
    async (id) => {
      for (const [method, route] of [
        ['GET', ''],
        ['GET', '/attempts'],
        ['POST', '/replay'],
        ['POST', '/cancel'],
      ] as const) {
        expect(await client.request(method, `/v1/deliveries/${id}${route}`)).toMatchObject({
          status: 404,
          body: { code: 'delivery_not_found' },
        });
      }
    },
  );
});

describe('an attempt', () => {
  it('tells request, answer, time and place, and no secrets', async () => {
    const { id } = await deliver('told', '/fails', { headers: { 'x-api-key': 'hunter2' } });
    const [attempt] = await attemptsOf(id);
    expect(attempt).toMatchObject({
      deliveryId: id,
      attemptNumber: 1,
      trigger: 'emit',
      url: receiver.url('/fails'),
      statusCode: 503,
      responseHeaders: { 'content-type': 'text/plain' },
      responseBody: 'try later',
      responseBodyBase64: null,
      responseBodyTruncated: false,
      errorCode: 'http_server_error',
      errorMessage: 'HTTP 503',
      remoteAddress: '127.0.0.1',
      timings: { totalMs: expect.any(Number) as number },
    });
    expect(attempt!.requestHeaders['content-type']).toContain('application/json');
    expect(JSON.stringify(attempt)).not.toContain('hunter2');
  });

  it('shows a body that is not text as bytes', async () => {
    const { id } = await deliver('binary', '/binary');
    const [attempt] = await attemptsOf(id);
    expect(attempt!.responseBodyBase64).toBe(Buffer.from([0xff, 0, 0x61]).toString('base64'));
    expect(attempt!.responseBody).toContain('a');
  });

  it('shows the first 16 KiB of a long body, and says that there was more', async () => {
    const { id } = await deliver('long', '/long');
    const [attempt] = await attemptsOf(id);
    expect(attempt).toMatchObject({ responseBodyTruncated: true, responseBodyBase64: null });
    expect(attempt!.responseBody).toBe('ä'.repeat(8_192));
  });

  it('has neither body nor headers of the answer for keys without access to payloads', async () => {
    const { id } = await deliver('unseen', '/fails');
    expect(await attemptsOf(id, blind)).toMatchObject([
      { statusCode: 503, responseHeaders: null, responseBody: null, responseBodyBase64: null },
    ]);
  });

  it('is found page by page, newest first', async () => {
    const { id } = await deliver('often', '/gone');
    for (let n = 2; n <= 4; n++) {
      await client.replay(id);
      await client.waitForDelivery(id, 'failed');
    }
    const numbers: number[] = [];
    let cursor = '';
    do {
      const { body } = await client.request<Page<FullAttempt>>(
        'GET',
        `/v1/deliveries/${id}/attempts?limit=3${cursor}`,
      );
      numbers.push(...body.data.map((attempt) => attempt.attemptNumber));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(numbers).toEqual([4, 3, 2, 1]);
  });
});

describe('searching deliveries', () => {
  it('finds them by everything they have, alone and combined', async () => {
    const delivery = await deliver('found', '/gone');
    const queries: Record<string, string>[] = [
      { tenant: 'found' },
      { tenant: delivery.tenantId },
      { endpoint: delivery.endpointId },
      { event: delivery.eventId },
      { tenant: 'found', eventType: 'invoice.paid', status: 'failed' },
      { tenant: 'found', statusCode: '404' },
      { tenant: 'found', statusCode: '4xx', errorCode: 'http_client_error' },
      { search: 'OF FOUND' },
      { tenant: 'found', after: '2020-01-01T00:00:00Z', before: '2099-01-01T00:00:00Z' },
    ];
    for (const query of queries) {
      const { data } = await client.listDeliveries(query);
      expect(
        data.map((found) => found.id),
        JSON.stringify(query),
      ).toEqual([delivery.id]);
    }
    for (const query of [
      { status: 'pending' },
      { statusCode: '5xx' },
      { search: 'else' },
      { eventType: 'other' },
    ]) {
      expect((await client.listDeliveries({ tenant: 'found', ...query })).data).toEqual([]);
    }
  });

  it.each([
    ['limit=0', 422],
    ['limit=201', 422],
    ['limit=1e2', 422],
    ['limit=1&limit=2', 422],
    ['status=lost', 422],
    ['statusCode=99', 422],
    ['statusCode=6x', 422],
    ['endpoint=dlv_019ab1c2d3e47f508192a3b4c5d6e7f8', 422],
    ['event=evt_1', 422],
    ['eventType=a..b', 422],
    ['errorCode=DROP%20TABLE', 422],
    ['after=2026-02-30T00:00:00Z', 422],
    ['before=0', 422],
    ['search=', 422],
    [`search=${'x'.repeat(201)}`, 422],
    ['replay=1', 422],
    ['cursor=', 400],
    ['cursor=AAAA', 400],
    ['tenant=nobody', 404],
  ])('refuses ?%s', async (query, status) => {
    expect((await client.request('GET', `/v1/deliveries?${query}`)).status).toBe(status);
  });

  it('refuses a cursor with other filters than it was made with', async () => {
    await deliver('cursor', '/gone');
    const { nextCursor } = await client.listDeliveries({ limit: 1, status: 'failed' });
    expect(nextCursor).not.toBeNull();
    const again = (query: string) =>
      client.request<Problem>('GET', `/v1/deliveries?cursor=${nextCursor}${query}`);
    expect((await again('&status=failed')).status).toBe(200);
    expect(await again('')).toMatchObject({ status: 400, body: { code: 'cursor_invalid' } });
    expect(await again('&status=pending')).toMatchObject({ status: 400, body: { code: 'cursor_invalid' } });
  });

  it('in payloads is not for keys without access to them', async () => {
    expect(await blind.request('GET', '/v1/deliveries?search=words')).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
  });
});

describe('replaying and canceling', () => {
  it('sends a delivery again, with the same webhook-id and a log that goes on', async () => {
    const delivery = await deliver('again', '/fails');
    const reply = await client.request<FullDelivery>('POST', `/v1/deliveries/${delivery.id}/replay`);
    expect(reply).toMatchObject({
      status: 202,
      body: { id: delivery.id, status: 'pending', trigger: 'replay' },
    });
    const done = await client.waitForDelivery(delivery.id, 'failed');
    expect(done.attemptCount).toBe(2);
    expect((await attemptsOf(delivery.id)).map((attempt) => attempt.trigger)).toEqual(['replay', 'emit']);
    expect(receiver.byWebhookId().get(delivery.eventId)).toHaveLength(2);
  });

  it('refuses to replay what is pending, and to cancel what is canceled', async () => {
    const pending = await deliver('held', '/fails', { status: 'pending', disabled: true });
    expect(await client.request('POST', `/v1/deliveries/${pending.id}/replay`)).toMatchObject({
      status: 409,
      body: { code: 'delivery_not_replayable' },
    });
    expect(await client.request('POST', `/v1/deliveries/${pending.id}/cancel`)).toMatchObject({
      status: 200,
      body: { status: 'canceled', dueAt: null },
    });
    expect(await client.request('POST', `/v1/deliveries/${pending.id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'delivery_not_cancelable' },
    });
  });

  it('refuses to replay to an endpoint that is gone', async () => {
    const delivery = await deliver('deleted', '/fails');
    await client.deleteEndpoint('deleted', delivery.endpointId);
    expect(await client.request('POST', `/v1/deliveries/${delivery.id}/replay`)).toMatchObject({
      status: 409,
      body: { code: 'endpoint_deleted' },
    });
    expect(await client.getDelivery(delivery.id)).toMatchObject({ endpointDeleted: true });
  });

  it('is written into the audit log', async () => {
    const delivery = await deliver('audited', '/fails');
    await client.replay(delivery.id);
    const { body } = await client.request<Page<{ action: string; targetId: string; tenantId: string }>>(
      'GET',
      '/v1/audit-log?tenant=audited&action=delivery.replayed',
    );
    expect(body.data).toMatchObject([{ targetId: delivery.id, tenantId: delivery.tenantId }]);
  });
});

describe('a customer in the portal', () => {
  it('sees its own deliveries only, and others as if they did not exist', async () => {
    const own = await deliver('mine', '/gone');
    const other = await deliver('yours', '/gone');
    const { token } = await client.createPortalSession('mine');
    const customer = client.as(token);
    const { data } = await customer.listDeliveries();
    expect(data.map((delivery) => delivery.id)).toEqual([own.id]);
    expect((await customer.listDeliveries({ search: 'words' })).data).toHaveLength(1);
    expect((await customer.listDeliveries({ tenant: 'mine' })).data).toHaveLength(1);
    expect((await customer.request('GET', '/v1/deliveries?tenant=yours')).status).toBe(404);
    for (const query of [`endpoint=${other.endpointId}`, `event=${other.eventId}`]) {
      expect((await customer.request('GET', `/v1/deliveries?${query}`)).status).toBe(404);
    }
    for (const [method, route] of [
      ['GET', ''],
      ['GET', '/attempts'],
      ['POST', '/replay'],
      ['POST', '/cancel'],
    ] as const) {
      expect((await customer.request(method, `/v1/deliveries/${other.id}${route}`)).status).toBe(404);
    }
    expect((await attemptsOf(own.id, customer))[0]!.responseBody).toContain('<script>');
    expect((await client.getDelivery(other.id)).status).toBe('failed');
  });
});
