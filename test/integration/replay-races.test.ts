/** Two people replay a delivery while its automatic retry is on the way: one attempt each, one after the other, audited. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Page } from '../support/api-types.js';
import { queueBackends } from '../support/backends.js';
import { type PosthornClient } from '../support/client.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';

describe.each(queueBackends)('replays and a retry of one delivery race, queue on $name', (backend) => {
  let posthorn: TestPosthorn;
  let receiver: TestReceiver;

  beforeAll(async () => {
    posthorn = await startTestPosthorn({ backend });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await posthorn.close();
    await receiver.close();
  });

  it('makes one attempt each, in order, and writes down who asked', async () => {
    const { client } = posthorn;
    let open = 0;
    let openMost = 0;
    receiver.respondWith(() => {
      openMost = Math.max(openMost, ++open);
      setTimeout(() => open--, 200);
      return { status: receiver.requests.length < 2 ? 500 : 200, delayMs: 200 };
    });
    const tenant = await client.createTenant({ name: 'Acme' });
    await client.createEndpoint(tenant.id, { url: receiver.url(), retry: { scheduleSeconds: [1] } });
    const { id: eventId } = await client.emit(tenant.id);
    await receiver.waitFor(1);
    const [delivery] = await client.waitForDeliveriesOf(eventId);

    // From before the retry until each has been granted one: refused while the delivery is pending, whoever asks.
    const people = await Promise.all([
      client.createApiKey('support', 'one'),
      client.createApiKey('support', 'two'),
    ]);
    const refusals = await Promise.all(
      people.map(({ key }) => replayUntilGranted(client.as(key), delivery!.id)),
    );
    await client.waitForDelivery(delivery!.id, 'succeeded');
    await receiver.waitFor(4);

    expect(Math.max(...refusals)).toBeGreaterThan(0);
    expect(openMost).toBe(1);
    const attempts = await client.attempts(delivery!.id);
    expect(attempts.map(({ attemptNumber, statusCode }) => [attemptNumber, statusCode])).toEqual([
      [1, 500],
      [2, 500],
      [3, 200],
      [4, 200],
    ]);
    expect(receiver.byWebhookId().get(eventId)).toHaveLength(4);

    const audit = await client.request<Page<{ actor: { id: string } }>>(
      'GET',
      `/v1/audit-log?action=delivery.replayed`,
    );
    expect(new Set(audit.body.data.map((record) => record.actor.id))).toEqual(
      new Set(people.map((person) => person.id)),
    );
    expect(audit.body.data).toHaveLength(2);
  });
});

/** @returns how often it was refused */
async function replayUntilGranted(client: PosthornClient, deliveryId: string): Promise<number> {
  for (let refusals = 0; ; refusals++) {
    const reply = await client.request<{ code?: string }>('POST', `/v1/deliveries/${deliveryId}/replay`);
    if (reply.status < 300) return refusals;
    expect(reply.body.code).toBe('delivery_not_replayable');
    await sleep(20);
  }
}
