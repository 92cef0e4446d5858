/** `deliverAt` and `expiresAt`: not before the one, not after the other, and canceled in between. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery, Problem, Tenant } from '../support/api-types.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';

let posthorn: TestPosthorn;
let receiver: TestReceiver;
let tenant: Tenant;
let path = 0;
beforeAll(async () => {
  posthorn = await startTestPosthorn();
  receiver = await startReceiver();
  tenant = await posthorn.client.createTenant();
});
afterAll(async () => {
  await posthorn.close();
  await receiver.close();
});

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const received = (at: string) => receiver.requests.filter((request) => request.path === at);

/** An endpoint on a path of its own and an event for it alone. */
async function emitTo(
  endpoint: object,
  event: object,
): Promise<{ at: string; eventId: string; endpointId: string }> {
  const at = `/${++path}`;
  const type = `only.for${path}`;
  const { id } = await posthorn.client.createEndpoint(tenant.id, {
    url: receiver.url(at),
    eventTypes: [type],
    ...endpoint,
  });
  const { id: eventId } = await posthorn.client.emit(tenant.id, { type, ...event });
  return { at, eventId, endpointId: id };
}

async function deliveryOf(eventId: string): Promise<Delivery & { lastErrorCode: string | null }> {
  const [delivery] = await posthorn.client.waitForDeliveriesOf(eventId);
  return delivery as Delivery & { lastErrorCode: string | null };
}

describe('an event with deliverAt', () => {
  it('is sent when it says, and not before', async () => {
    const deliverAt = inMs(1_500);
    const { at } = await emitTo({}, { deliverAt });
    const [webhook] = await receiver.waitFor((request) => request.path === at);
    // The database's clock decides; here it is this machine's, give or take what measuring it costs.
    expect(webhook!.receivedAt.getTime()).toBeGreaterThan(Date.parse(deliverAt) - 20);
  });

  it('is pending until then, due when it says', async () => {
    const deliverAt = inMs(3_600_000);
    const { eventId } = await emitTo({}, { deliverAt });
    expect(await posthorn.client.getEvent(tenant.id, eventId)).toMatchObject({ deliverAt, expiresAt: null });
    expect(await deliveryOf(eventId)).toMatchObject({ status: 'pending', dueAt: deliverAt });
  });

  it('is not sent when it was canceled before', async () => {
    const { at, eventId } = await emitTo({}, { deliverAt: inMs(10_000) });
    const { id } = await deliveryOf(eventId);
    await posthorn.client.cancel(id);
    const later = await emitTo({}, { deliverAt: inMs(10_500) });
    await receiver.waitFor((request) => request.path === later.at, 30_000);
    expect(received(at)).toEqual([]);
    expect(await posthorn.client.getDelivery(id)).toMatchObject({ status: 'canceled' });
  });

  it('of the past is sent at once', async () => {
    const { at } = await emitTo({}, { deliverAt: inMs(-60_000) });
    await receiver.waitFor((request) => request.path === at);
  });

  it('is the same event only with the same times', async () => {
    const deliverAt = inMs(60_000);
    const event = { type: 'repeated', data: 1, id: 'once' };
    const first = await posthorn.client.emit(tenant.id, { ...event, deliverAt });
    const again = await posthorn.client.emit(tenant.id, { ...event, deliverAt });
    expect(again.id).toBe(first.id);
    const other = await posthorn.client.request('POST', `/v1/tenants/${tenant.id}/events`, event);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
  });
});

describe('an event with expiresAt', () => {
  it('is sent before, like any other', async () => {
    const { at } = await emitTo({}, { expiresAt: inMs(30_000) });
    await receiver.waitFor((request) => request.path === at);
  });

  it('is not sent after, but fails as expired; a person may still replay it', async () => {
    const { at, eventId, endpointId } = await emitTo({ disabled: true }, { expiresAt: inMs(300) });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await posthorn.client.updateEndpoint(tenant.id, endpointId, { disabled: false });
    const { id } = await deliveryOf(eventId);
    expect(await posthorn.client.waitForDelivery(id, 'failed')).toMatchObject({ lastErrorCode: 'expired' });
    expect(received(at)).toEqual([]);
    await posthorn.client.replay(id);
    await posthorn.client.waitForDelivery(id, 'succeeded');
  });

  it('is not retried when the retry would come too late', async () => {
    receiver.respondWith(({ path: at }) => ({ status: at === `/${path}` ? 500 : 200 }));
    const retry = { scheduleSeconds: [60] };
    const { at, eventId } = await emitTo({ retry }, { expiresAt: inMs(10_000) });
    const { id } = await deliveryOf(eventId);
    expect(await posthorn.client.waitForDelivery(id, 'failed')).toMatchObject({
      lastErrorCode: 'http_server_error',
    });
    expect(received(at)).toHaveLength(1);
    receiver.respondWith({ status: 200 });
  });

  it('does not hold a strict order when it is too late', async () => {
    const strict = { disabled: true, ordering: 'strict', onFailure: 'hold' };
    const { at, endpointId } = await emitTo(strict, { expiresAt: inMs(300) });
    await posthorn.client.emit(tenant.id, { type: `only.for${path}` });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await posthorn.client.updateEndpoint(tenant.id, endpointId, { disabled: false });
    await receiver.waitFor((request) => request.path === at);
    expect(received(at)).toHaveLength(1);
  });
});

describe('an event that is taken back', () => {
  const cancel = (key: string | undefined, eventId: string, owner = tenant.id) =>
    posthorn.client
      .as(key)
      .request<Problem & { canceled: number }>('POST', `/v1/tenants/${owner}/events/${eventId}/cancel`);
  const emitterKey = async (fields: object = {}) => {
    const { body } = await posthorn.client.request<{ key: string }>('POST', '/v1/api-keys', {
      ...{ name: 'a product', role: 'emitter' },
      ...fields,
    });
    return body.key;
  };

  it('is sent to none of its endpoints, by the word of who emitted it', async () => {
    const { at, eventId, endpointId } = await emitTo({}, { deliverAt: inMs(3_600_000) });
    const later = { type: `only.for${at.slice(1)}`, deliverAt: inMs(700) };
    await posthorn.client.createEndpoint(tenant.id, { url: receiver.url(at), eventTypes: [later.type] });
    const { id } = await posthorn.client.emit(tenant.id, later);
    const key = await emitterKey();
    expect((await cancel(key, eventId)).body).toEqual({ id: eventId, canceled: 1 });
    expect((await cancel(key, id)).body).toEqual({ id, canceled: 2 });
    expect((await cancel(key, id)).body).toEqual({ id, canceled: 0 });
    for (const { status } of await posthorn.client.waitForDeliveriesOf(id)) expect(status).toBe('canceled');
    // The scheduler has been there when this one arrives.
    const after = await emitTo({}, { deliverAt: inMs(1_200) });
    await receiver.waitFor((request) => request.path === after.at);
    expect(received(at)).toEqual([]);

    const { body } = await posthorn.client.request<{ data: object[] }>('GET', '/v1/audit-log?limit=20');
    expect(body.data).toContainEqual(
      expect.objectContaining({ action: 'event.canceled', targetId: id, details: { deliveries: 2 } }),
    );
    expect(endpointId).toMatch(/^ep_/);
  });

  it('holds up a strict order no longer', async () => {
    receiver.respondWith(({ body }) => ({ status: body.includes('"head"') ? 500 : 200 }));
    const strict = { ordering: 'strict', retry: { scheduleSeconds: [600] } };
    const { at, eventId } = await emitTo(strict, { data: 'head' });
    await receiver.waitFor((request) => request.path === at);
    await posthorn.client.emit(tenant.id, { type: `only.for${at.slice(1)}`, data: 'next' });
    expect((await cancel(await emitterKey(), eventId)).body.canceled).toBe(1);
    await receiver.waitFor((request) => request.path === at && request.body.includes('"next"'));
    receiver.respondWith({ status: 200 });
  });

  it('is nobody else’s to take back', async () => {
    const { eventId } = await emitTo({}, { deliverAt: inMs(3_600_000) });
    const other = await posthorn.client.createTenant();
    const narrow = await emitterKey({ eventTypes: ['invoice.*'] });
    expect(await cancel(narrow, eventId)).toMatchObject({
      status: 404,
      body: { code: 'event_not_found' },
    });
    const bound = await emitterKey({ tenantId: other.id });
    expect((await cancel(bound, eventId)).status).toBe(404);
    expect(await cancel(await emitterKey(), eventId, other.id)).toMatchObject({
      status: 404,
      body: { code: 'event_not_found' },
    });
    expect(await deliveryOf(eventId)).toMatchObject({ status: 'pending' });
  });
});

describe('an emit', () => {
  it('may be for 30 days from now', async () => {
    const { eventId } = await emitTo({}, { deliverAt: inMs(30 * 86_400_000 - 1_000) });
    expect(await deliveryOf(eventId)).toMatchObject({ status: 'pending' });
  });

  it.each([
    ['deliverAt', { deliverAt: inMs(31 * 86_400_000) }],
    ['deliverAt', { deliverAt: 'tomorrow' }],
    ['deliverAt', { deliverAt: 5 }],
    ['expiresAt', { expiresAt: inMs(-1_000) }],
    ['expiresAt', { deliverAt: inMs(20_000), expiresAt: inMs(10_000) }],
    ['expiresAt', { expiresAt: '2026-02-30T00:00:00Z' }],
  ])('is refused with such a %s: %o', async (field, times) => {
    const event = { type: 'refused', data: 1, ...times };
    expect(
      await posthorn.client.request<Problem>('POST', `/v1/tenants/${tenant.id}/events`, event),
    ).toMatchObject({ status: 422, body: { code: 'validation_failed', errors: [{ path: field }] } });
  });
});
