/** A delivery waits as a debt, not as a request: what becomes of it when its endpoint is changed meanwhile. */
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Endpoint, type NewEndpoint, type Tenant } from '../support/api-types.js';
import { queueBackends } from '../support/backends.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type ReceivedWebhook, type TestReceiver } from '../support/receiver.js';

let paths = 0;

describe.each(queueBackends)('while a delivery waits for its retry, queue on $name', (backend) => {
  let posthorn: TestPosthorn;
  let receiver: TestReceiver;
  let tenant: Tenant;
  let endpoint: NewEndpoint;
  let path: string;
  let deliveryId: string;

  beforeAll(async () => {
    posthorn = await startTestPosthorn({ backend });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await posthorn.close();
    await receiver.close();
  });

  /** A delivery that has failed once, and is tried again in two seconds. */
  beforeEach(async () => {
    const { client } = posthorn;
    path = `/${++paths}`;
    receiver.respondWith((webhook) => ({
      status: webhook.path === path && attempts(path) === 0 ? 503 : 200,
    }));
    tenant = await client.createTenant({ name: 'Acme' });
    endpoint = await client.createEndpoint(tenant.id, {
      url: receiver.url(path),
      retry: { scheduleSeconds: [2, 2, 2] },
    });
    const { id } = await client.emit(tenant.id);
    await receiver.waitFor((webhook) => webhook.path === path);
    deliveryId = (await client.waitForDeliveriesOf(id))[0]!.id;
  });

  const attempts = (at: string) => receiver.requests.filter((webhook) => webhook.path === at).length;
  const change = (changes: object): Promise<Endpoint> =>
    posthorn.client.updateEndpoint(tenant.id, endpoint.id, changes);

  it('its endpoint moves: it goes to the new url, with the new headers', async () => {
    const moved = `${path}/moved`;
    await change({ url: receiver.url(moved), headers: { 'x-new': 'yes' } });
    await posthorn.client.waitForDelivery(deliveryId, 'succeeded');
    expect(attempts(path)).toBe(1);
    const [webhook] = receiver.requests.filter((request) => request.path === moved);
    expect(webhook!.headers['x-new']).toBe('yes');
  });

  it('its endpoint is disabled: it waits, uses up nothing, and is sent when it is enabled again', async () => {
    await change({ disabled: true });
    await new Promise((resolve) => setTimeout(resolve, 3_500)); // its time comes and goes
    expect(attempts(path)).toBe(1);
    expect(await posthorn.client.getDelivery(deliveryId)).toMatchObject({
      status: 'pending',
      attemptCount: 1,
    });
    await change({ disabled: false });
    await posthorn.client.waitForDelivery(deliveryId, 'succeeded');
    expect(attempts(path)).toBe(2);
  });

  it('its endpoint is deleted: it is canceled, and nothing is sent any more', async () => {
    await posthorn.client.deleteEndpoint(tenant.id, endpoint.id);
    await posthorn.client.waitForDelivery(deliveryId, 'canceled');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(attempts(path)).toBe(1);
  });

  it('its secret is rotated: it is signed with the new one and with the old one', async () => {
    const { secret } = await posthorn.client.rotateSecret(tenant.id, endpoint.id);
    expect(secret).not.toBe(endpoint.secret);
    await posthorn.client.waitForDelivery(deliveryId, 'succeeded');
    const retried = receiver.requests.filter((webhook) => webhook.path === path)[1]!;
    expect(verifies(secret, retried)).toBe(true);
    expect(verifies(endpoint.secret, retried)).toBe(true);
  });

  it('its schedule is shortened to what it has had: the next failure is the last', async () => {
    receiver.respondWith({ status: 500 });
    await change({ retry: { scheduleSeconds: [1] } });
    await posthorn.client.waitForDelivery(deliveryId, 'failed');
    expect(attempts(path)).toBe(2);
  });
});

function verifies(secret: string, webhook: ReceivedWebhook): boolean {
  try {
    new Webhook(secret).verify(webhook.body.toString(), webhook.headers);
    return true;
  } catch {
    return false;
  }
}
