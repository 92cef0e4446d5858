/** Limits on emits and requests, over real HTTP: who is over one is told how long to wait, and nobody else notices. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchItem, Problem } from '../support/api-types.js';
import { queueBackends } from '../support/backends.js';
import type { PosthornClient, Reply } from '../support/client.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { waitFor } from '../support/wait-for.js';

const EVENT = { type: 'a.b', data: {} };

function emits(client: PosthornClient, tenant: string, count: number): Promise<Reply<Problem>[]> {
  const emit = () => client.request<Problem>('POST', `/v1/tenants/${tenant}/events`, EVENT);
  return Promise.all(Array.from({ length: count }, emit));
}

const accepted = (replies: Reply[]) => replies.filter(({ status }) => status === 202);
const refused = <T>(replies: Reply<T>[]) => replies.filter(({ status }) => status === 429);

describe.each(queueBackends)('emits, with the queue on $name', (backend) => {
  let posthorn: TestPosthorn;
  beforeAll(async () => {
    posthorn = await startTestPosthorn({ backend, env: { ROLE: 'api' } });
  });
  afterAll(() => posthorn.close());

  it('are refused past the tenant’s limit, with what a client needs to wait', async () => {
    const { client } = posthorn;
    await client.createTenant({ externalId: 'limited', emitRateLimitPerSecond: 5 } as object);
    const replies = await emits(client, 'limited', 40);
    // 40 at once may fall into two windows.
    expect(accepted(replies).length).toBeGreaterThanOrEqual(5);
    expect(accepted(replies).length).toBeLessThanOrEqual(10);
    for (const { body, headers } of refused(replies)) {
      expect(body.code).toBe('rate_limited');
      expect(headers.get('retry-after')).toBe('1');
      expect(headers.get('ratelimit-policy')).toBe('"tenant-emits";q=5;w=1');
      expect(headers.get('ratelimit')).toBe('"tenant-emits";r=0;t=1');
    }
    expect(accepted(replies)[0]!.headers.get('ratelimit')).toMatch(/^"tenant-emits";r=[0-4];t=1$/);
    await waitFor(async () => accepted(await emits(client, 'limited', 1)).length === 1, {
      what: 'the next window',
    });
  });

  it('of tenants without a limit are not counted, nor held up by another’s', async () => {
    const { client } = posthorn;
    await client.createTenant({ externalId: 'free' });
    await client.createTenant({ externalId: 'tight', emitRateLimitPerSecond: 1 } as object);
    const [free, tight] = await Promise.all([emits(client, 'free', 30), emits(client, 'tight', 30)]);
    expect(accepted(free)).toHaveLength(30);
    expect(free[0]!.headers.get('ratelimit')).toBeNull();
    expect(accepted(tight).length).toBeLessThanOrEqual(2);
  });

  it('in a batch are each counted: those past the limit are refused, the others stored', async () => {
    const { client } = posthorn;
    await client.createTenant({ externalId: 'batched', emitRateLimitPerSecond: 10 } as object);
    const items = await client.emitBatch(
      'batched',
      Array.from({ length: 50 }, () => EVENT),
    );
    const stored = items.filter(({ status }) => status === 'accepted');
    expect(stored.length).toBeGreaterThanOrEqual(10);
    expect(stored.length).toBeLessThanOrEqual(20);
    const others = items.filter(({ status }) => status === 'refused') as (BatchItem & { error: Problem })[];
    expect(new Set(others.map(({ error }) => error.code))).toEqual(new Set(['rate_limited']));
    expect((await client.listEvents('batched', { limit: 200 })).data).toHaveLength(stored.length);
  });

  it('follow the limit when it is changed or taken away', async () => {
    const { client } = posthorn;
    await client.createTenant({ externalId: 'changing', emitRateLimitPerSecond: 1 } as object);
    expect(refused(await emits(client, 'changing', 20)).length).toBeGreaterThan(0);
    await client.updateTenant('changing', { emitRateLimitPerSecond: null });
    await waitFor(async () => refused(await emits(client, 'changing', 20)).length === 0, {
      what: 'the limit to be gone',
    });
  });
});

const redis = queueBackends.find(({ name }) => name === 'redis');

it.runIf(redis)('two processes count together when there is Redis', async () => {
  const backend = redis!;
  const one = await startTestPosthorn({ backend, env: { ROLE: 'api', QUEUE_PREFIX: 'rates_together' } });
  const two = await startTestPosthorn({
    backend,
    databaseUrl: one.databaseUrl,
    env: { ROLE: 'api', QUEUE_PREFIX: 'rates_together' },
  });
  try {
    await one.client.createTenant({ externalId: 'shared', emitRateLimitPerSecond: 20 } as object);
    // Both have made their connection by then.
    await Promise.all([emits(one.client, 'shared', 1), emits(two.client, 'shared', 1)]);
    await waitFor(
      async () => {
        const startedAt = performance.now();
        const replies = await Promise.all([emits(one.client, 'shared', 40), emits(two.client, 'shared', 40)]);
        const tookMs = performance.now() - startedAt;
        expect(accepted(replies.flat()).length).toBeLessThanOrEqual(20 * (Math.ceil(tookMs / 1_000) + 1));
        // Within one window, counting apart would have let 40 pass.
        return tookMs < 900 && accepted(replies.flat()).length <= 20;
      },
      { what: 'a burst within one window' },
    );
  } finally {
    await two.close();
    await one.close();
  }
});

describe('requests of one caller', () => {
  let posthorn: TestPosthorn;
  beforeAll(async () => {
    posthorn = await startTestPosthorn({ env: { ROLE: 'api', REQUEST_RATE_LIMIT_PER_SECOND: '20' } });
  });
  afterAll(() => posthorn.close());

  it('are refused past the limit, and another caller’s are not', async () => {
    const { id } = await posthorn.client.createTenant();
    const { token } = await posthorn.client.createPortalSession(id);
    const { key } = await posthorn.client.createApiKey('support');
    const flood = await Promise.all(
      Array.from({ length: 60 }, () => posthorn.client.as(key).request<Problem>('GET', '/v1/tenants')),
    );
    expect(flood.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(20);
    expect(refused(flood).length).toBeGreaterThan(0);
    const [one] = refused(flood);
    expect(one!.body.code).toBe('rate_limited');
    expect(one!.headers.get('retry-after')).toBe('1');
    expect(one!.headers.get('ratelimit-policy')).toBe('"caller-requests";q=20;w=1');
    const customer = await posthorn.client.as(token).request('GET', '/v1/deliveries');
    expect(customer.status).toBe(200);
    expect(customer.headers.get('ratelimit')).toMatch(/^"caller-requests";r=19;t=1$/);
  });

  it('health checks are nobody’s', async () => {
    const nobody = posthorn.client.as(undefined);
    const replies = await Promise.all(Array.from({ length: 60 }, () => nobody.request('GET', '/healthz')));
    expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
  });
});

it('while Redis is away, a process counts alone and refuses nothing else', async () => {
  // Nobody listens there.
  const posthorn = await startTestPosthorn({
    backend: { name: 'redis', redisUrl: 'redis://127.0.0.1:1' },
    env: { ROLE: 'api', LOG_LEVEL: 'silent' },
  });
  try {
    await posthorn.client.createTenant({ externalId: 'alone', emitRateLimitPerSecond: 3 } as object);
    const replies = await emits(posthorn.client, 'alone', 30);
    expect(accepted(replies).length).toBeGreaterThanOrEqual(3);
    expect(accepted(replies).length).toBeLessThanOrEqual(6);
    expect(accepted(replies).length + refused(replies).length).toBe(30);
  } finally {
    await posthorn.close();
  }
});
