/** Two products that answer each other's webhooks with emits would go on for ever. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../support/api-types.js';
import type { Reply } from '../support/client.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

describe('a chain of webhooks that emit what they got', () => {
  let posthorn: TestPosthorn;
  let receiver: TestReceiver;

  beforeAll(async () => {
    [posthorn, receiver] = await Promise.all([startTestPosthorn(), startReceiver()]);
  });
  afterAll(async () => {
    await posthorn.close();
    await receiver.close();
  });

  it('is cut, with a code that explains it', async () => {
    const { client } = posthorn;
    const tenant = await client.createTenant();
    await client.createEndpoint(tenant.id, { url: receiver.url('/') });
    const replies: Promise<Reply<Problem>>[] = [];
    receiver.respondWith(({ body, headers }) => {
      const { type, data } = JSON.parse(body.toString()) as { type: string; data: unknown };
      const passedOn = { 'posthorn-hops': headers['posthorn-hops']! };
      const route = `/v1/tenants/${tenant.id}/events`;
      replies.push(client.request<Problem>('POST', route, { type, data }, passedOn));
      return { status: 200 };
    });
    await client.emit(tenant.id, { type: 'ping' });
    const refused = await waitFor(
      async () => (await Promise.all(replies)).find((reply) => reply.status !== 202),
      { what: 'an emit to be refused' },
    );
    expect(refused).toMatchObject({ status: 422, body: { code: 'loop_detected' } });
    // The first one, and as many as a chain may have: each arrived once, with a higher count.
    const hops = receiver.requests.map((request) => Number(request.headers['posthorn-hops']));
    expect(hops).toEqual(Array.from({ length: 9 }, (_, index) => index + 1));
    expect((await client.listEvents(tenant.id)).data).toHaveLength(9);
  });
});
