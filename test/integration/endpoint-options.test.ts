/** How an endpoint wants to be served, set through the API and seen at a real receiver. */
import { createPublicKey, verify } from 'node:crypto';
import { HTTP, type CloudEvent } from 'cloudevents';
import { Webhook } from 'svix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewEndpoint, Problem, Tenant } from '../support/api-types.js';
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

const route = (endpoint = '') => `/v1/tenants/${tenant.id}/endpoints${endpoint && `/${endpoint}`}`;
const create = (body: object) =>
  posthorn.client.request<NewEndpoint & Problem & Record<string, unknown>>('POST', route(), {
    url: receiver.url('/x'),
    eventTypes: ['never'],
    ...body,
  });

/** An endpoint on a path of its own, an event for it alone, and what came of it. */
async function deliver(options: object, data: unknown = { amount: 125 }) {
  const at = `/${++path}`;
  const type = `only.for${path}`;
  const { status, body } = await create({ url: receiver.url(at), eventTypes: [type], ...options });
  expect(status).toBe(201);
  await posthorn.client.emit(tenant.id, { type, data });
  const [webhook] = await receiver.waitFor((request) => request.path === at);
  return { endpoint: body, webhook: webhook!, text: webhook!.body.toString() };
}

describe('signing', () => {
  it('with ed25519 is verified with the public key that the API gives', async () => {
    const { endpoint, webhook, text } = await deliver({ signing: 'ed25519' });
    const raw = Buffer.from((endpoint['publicKey'] as string).replace('whpk_', ''), 'base64');
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
      format: 'jwk',
    });
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': header } = webhook.headers;
    const [scheme, signature] = header!.split(',');
    expect(scheme).toBe('v1a');
    const signed = Buffer.from(`${id}.${timestamp}.${text}`);
    expect(verify(null, signed, key, Buffer.from(signature!, 'base64'))).toBe(true);
    expect(verify(null, Buffer.from(`${signed.toString()} `), key, Buffer.from(signature!, 'base64'))).toBe(
      false,
    );
  });

  it('with a profile is verified by the receiver’s old library, and by the new', async () => {
    const { endpoint, webhook, text } = await deliver({ signatureProfile: 'svix' });
    expect(new Webhook(endpoint.secret).verify(text, webhook.headers)).toMatchObject({
      data: { amount: 125 },
    });
    expect(webhook.headers['svix-id']).toBe(webhook.headers['webhook-id']);
  });

  it('refuses a profile where there is no shared secret, when made and when changed', async () => {
    const refusal = {
      status: 422,
      body: { code: 'validation_failed', errors: [{ path: 'signatureProfile' }] },
    };
    expect(await create({ signing: 'ed25519', signatureProfile: 'stripe' })).toMatchObject(refusal);
    const { body } = await create({ signatureProfile: 'github' });
    expect(await posthorn.client.request('PATCH', route(body.id), { signing: 'ed25519' })).toMatchObject(
      refusal,
    );
    expect(await posthorn.client.getEndpoint(tenant.id, body.id)).toMatchObject({ signing: 'hmac' });
  });
});

describe('the request', () => {
  it('is a CloudEvent that the CloudEvents SDK accepts, data as it was emitted', async () => {
    const data = { amount: 125, note: 'ü', list: [1, null] };
    const { endpoint, webhook } = await deliver({ bodyFormat: 'cloudevents' }, data);
    const event = HTTP.toEvent({
      headers: webhook.headers,
      body: webhook.body.toString(),
    }) as CloudEvent<unknown>;
    expect(event.validate()).toBe(true);
    expect(event).toMatchObject({
      specversion: '1.0',
      id: webhook.headers['webhook-id'],
      type: endpoint.eventTypes[0],
      source: `/tenants/${tenant.id}`,
      data,
    });
  });

  it('is thin on request: ids, and where to fetch the event with a token of the tenant', async () => {
    const { webhook, text } = await deliver(
      { payload: 'thin', bodyFormat: 'raw' },
      { secret: 'of the tenant' },
    );
    expect(text).not.toContain('secret');
    const id = webhook.headers['webhook-id']!;
    const href = `/v1/tenants/${tenant.id}/events/${id}`;
    expect(JSON.parse(text)).toEqual({ id, tenantId: tenant.id, href });
    const { token } = await posthorn.client.createPortalSession(tenant.id);
    const fetched = await posthorn.client.as(token).request('GET', href);
    expect(fetched).toMatchObject({ status: 200, body: { data: { secret: 'of the tenant' } } });
  });

  it('is a PUT on request', async () => {
    const { webhook } = await deliver({ method: 'PUT' });
    expect(webhook.method).toBe('PUT');
  });
});

describe('every option', () => {
  it('is shown with its default, and as it was set', async () => {
    expect((await create({})).body).toMatchObject({
      signatureProfile: 'none',
      ordering: 'none',
      onFailure: 'skip',
      payload: 'full',
      method: 'POST',
    });
    const set = {
      signatureProfile: 'stripe',
      ordering: 'strict',
      onFailure: 'hold',
      payload: 'thin',
      method: 'PUT',
    };
    expect((await create(set)).body).toMatchObject(set);
  });

  it.each([
    ['signatureProfile', 'shopify'],
    ['ordering', 'fifo'],
    ['ordering', null],
    ['onFailure', 'stop'],
    ['payload', 'fat'],
    ['method', 'GET'],
  ])('is refused with an unknown value: %s = %s', async (field, value) => {
    expect(await create({ [field]: value })).toMatchObject({
      status: 422,
      body: { code: 'validation_failed', errors: [{ path: field }] },
    });
  });
});
