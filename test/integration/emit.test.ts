/** What a 202 means: committed, once, matched with the endpoints as they are now. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPipeline, type Pipeline } from '../support/pipeline.js';

describe('emit', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await startPipeline({ name: 'postgres' });
  });
  afterAll(() => pipeline.close());

  const count = async (sql: string, values: unknown[] = []): Promise<number> =>
    (await pipeline.query<{ count: number }>(`SELECT count(*) AS count FROM ${sql}`, values))[0]!.count;

  /** Hundreds at once. */
  async function addEndpoints(howMany: number, eventType: string): Promise<void> {
    await pipeline.query(
      `WITH made AS (
         INSERT INTO endpoints (id, tenant_id, url, event_types)
         SELECT gen_random_uuid(), $1, 'http://127.0.0.1:9/' || n, ARRAY[$2] FROM generate_series(1, $3) n
         RETURNING id, tenant_id)
       INSERT INTO lanes (endpoint_id, tenant_id) SELECT id, tenant_id FROM made`,
      [pipeline.tenantId, eventType, howMany],
    );
    await pipeline.query(`UPDATE tenants SET endpoints_version = endpoints_version + 1`);
  }

  it('is committed with everything it owes when it answers', async () => {
    await pipeline.addEndpoint({ url: 'http://127.0.0.1:9/', eventTypes: ['committed.*'] });
    const accepted = await pipeline.emitter.emit({ tenant: 'acme', type: 'committed.now', data: '{}' });
    expect(accepted).toMatchObject({ deliveryCount: 1, replayed: false });
    expect(await count('events WHERE id = $1', [accepted.eventId])).toBe(1);
    expect(
      await count(`deliveries WHERE event_id = $1 AND status = 'pending' AND leased AND epoch = 1`, [
        accepted.eventId,
      ]),
    ).toBe(1);
  });

  it('records an event that nobody wants, and says so', async () => {
    const accepted = await pipeline.emitter.emit({ tenant: 'acme', type: 'unwanted', data: '1' });
    expect(accepted.deliveryCount).toBe(0);
    expect(await count('events WHERE id = $1 AND delivery_count = 0', [accepted.eventId])).toBe(1);
  });

  it('matches exact types, families and everything', async () => {
    await pipeline.addEndpoint({ url: 'http://127.0.0.1:9/', eventTypes: ['match.a', 'other'] });
    await pipeline.addEndpoint({ url: 'http://127.0.0.1:9/', eventTypes: ['match.*', 'match.a'] });
    const deliveries = async (type: string) =>
      (await pipeline.emitter.emit({ tenant: 'acme', type, data: '{}' })).deliveryCount;
    expect(await deliveries('match.a')).toBe(2);
    expect(await deliveries('match.a.b')).toBe(1);
    expect(await deliveries('match')).toBe(0);
    expect(await deliveries('matchless.a')).toBe(0);
  });

  it('knows an endpoint the moment after it was registered, though its tenant was cached', async () => {
    expect(
      (await pipeline.emitter.emit({ tenant: 'acme', type: 'fresh.one', data: '{}' })).deliveryCount,
    ).toBe(0);
    await pipeline.addEndpoint({ url: 'http://127.0.0.1:9/', eventTypes: ['fresh.*'] });
    expect(
      (await pipeline.emitter.emit({ tenant: 'acme', type: 'fresh.one', data: '{}' })).deliveryCount,
    ).toBe(1);
  });

  it('answers 100 identical requests at once with one event', async () => {
    const request = { tenant: 'acme', type: 'invoice.paid', data: '{"n":1}', idempotencyKey: 'once' };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => pipeline.emitter.emit({ ...request })),
    );
    expect(new Set(answers.map((answer) => answer.eventId)).size).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await count(`idempotency_keys WHERE key = 'konce'`)).toBe(1);
    expect(await count('events WHERE id = $1', [answers[0]!.eventId])).toBe(1);
  });

  it('takes the emitter’s own id for a key too', async () => {
    const request = { tenant: 'acme', type: 'a', data: '1', externalId: 'order-1' };
    const first = await pipeline.emitter.emit(request);
    expect(await pipeline.emitter.emit(request)).toMatchObject({
      eventId: first.eventId,
      replayed: true,
      externalId: 'order-1',
    });
    await expect(pipeline.emitter.emit({ ...request, data: '2' })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  it('refuses a key that was used with another body, in the same breath too', async () => {
    const request = { tenant: 'acme', type: 'a', idempotencyKey: 'two-bodies' };
    const results = await Promise.allSettled([
      pipeline.emitter.emit({ ...request, data: '1' }),
      pipeline.emitter.emit({ ...request, data: '2' }),
    ]);
    expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('needs both keys of an event that has two, and leaves none behind when one is taken', async () => {
    await pipeline.emitter.emit({ tenant: 'acme', type: 'a', data: '1', externalId: 'taken' });
    await expect(
      pipeline.emitter.emit({
        tenant: 'acme',
        type: 'a',
        data: '2',
        externalId: 'taken',
        idempotencyKey: 'free',
      }),
    ).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await count(`idempotency_keys WHERE key = 'kfree'`)).toBe(0);
    await expect(
      pipeline.emitter.emit({ tenant: 'acme', type: 'a', data: '3', idempotencyKey: 'free' }),
    ).resolves.toBeDefined();
  });

  it('keeps keys of different tenants apart', async () => {
    await pipeline.query(
      `INSERT INTO tenants (id, external_id, name) VALUES ('01890000-0000-7000-8000-000000000001', 'other', 'Other')`,
    );
    const one = await pipeline.emitter.emit({
      tenant: 'acme',
      type: 'a',
      data: '1',
      idempotencyKey: 'shared',
    });
    const two = await pipeline.emitter.emit({
      tenant: 'other',
      type: 'a',
      data: '2',
      idempotencyKey: 'shared',
    });
    expect(two.eventId).not.toBe(one.eventId);
  });

  it('refuses an unknown tenant and an archived type, and an unknown type when the catalog is strict', async () => {
    await expect(
      pipeline.emit
        .call(null, 'a')
        .then(() => pipeline.emitter.emit({ tenant: 'nobody', type: 'a', data: '1' })),
    ).rejects.toMatchObject({ code: 'tenant_not_found' });
    await pipeline.query(
      `INSERT INTO event_types (name, archived) VALUES ('old.type', true), ('known.type', false)`,
    );
    await pipeline.query(`UPDATE catalog SET version = version + 1`);
    await expect(pipeline.emit('old.type')).rejects.toMatchObject({ code: 'event_type_archived' });
    await pipeline.query(
      `UPDATE tenants SET strict_event_types = true, endpoints_version = endpoints_version + 1 WHERE external_id = 'acme'`,
    );
    await expect(pipeline.emit('unheard.of')).rejects.toMatchObject({ code: 'event_type_unknown' });
    await expect(pipeline.emit('known.type')).resolves.toBeDefined();
    await pipeline.query(
      `UPDATE tenants SET strict_event_types = false, endpoints_version = endpoints_version + 1`,
    );
  });

  it('refuses a tenant that was deleted while it was cached', async () => {
    await pipeline.query(
      `INSERT INTO tenants (id, external_id, name) VALUES ('01890000-0000-7000-8000-000000000002', 'leaving', 'Leaving')`,
    );
    await pipeline.emitter.emit({ tenant: 'leaving', type: 'a', data: '1' });
    await pipeline.query(`UPDATE tenants SET deleted_at = now() WHERE external_id = 'leaving'`);
    await expect(pipeline.emitter.emit({ tenant: 'leaving', type: 'a', data: '1' })).rejects.toMatchObject({
      code: 'tenant_not_found',
    });
  });

  it('does not let one bad row fail its neighbours', async () => {
    const bad = { tenant: 'acme', type: 'a', data: '1', tags: ['a\u0000b'] };
    const results = await Promise.allSettled([
      ...Array.from({ length: 20 }, () => pipeline.emit('good')),
      pipeline.emitter.emit(bad),
      ...Array.from({ length: 20 }, () => pipeline.emit('good')),
    ]);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(40);
    expect(results[20]!.status).toBe('rejected');
  });

  it('keeps tags with every character that an array literal gives a meaning', async () => {
    const tags = ['plain', 'with "quotes"', 'back\\slash', 'comma, {brace}', ' space ', 'NULL', ''];
    const accepted = await pipeline.emitter.emit({ tenant: 'acme', type: 'a', data: '1', tags });
    const [row] = await pipeline.query<{ tags: string[] }>('SELECT tags FROM events WHERE id = $1', [
      accepted.eventId,
    ]);
    expect(row!.tags).toEqual(tags);
  });

  it('puts deliveries of a parked or backlogged lane into the ledger, not into the window', async () => {
    const endpointId = await pipeline.addEndpoint({ url: 'http://127.0.0.1:9/', eventTypes: ['lane.*'] });
    const leased = async () =>
      (
        await pipeline.query<{ leased: boolean }>(
          `SELECT leased FROM deliveries WHERE event_id = $1 AND endpoint_id = $2`,
          [await pipeline.emit('lane.test'), endpointId],
        )
      )[0]!.leased;
    expect(await leased()).toBe(true);
    await pipeline.query(`UPDATE lanes SET backlogged = true WHERE endpoint_id = $1`, [endpointId]);
    expect(await leased()).toBe(false);
    await pipeline.query(
      `UPDATE lanes SET backlogged = false, parked_until = now() + interval '1 h' WHERE endpoint_id = $1`,
      [endpointId],
    );
    expect(await leased()).toBe(false);
    await pipeline.query(
      `UPDATE lanes SET parked_until = '-infinity', circuit = 'open' WHERE endpoint_id = $1`,
      [endpointId],
    );
    expect(await leased()).toBe(false);
    await pipeline.query(`UPDATE lanes SET circuit = 'closed' WHERE endpoint_id = $1`, [endpointId]);
    expect(await leased()).toBe(true);
  });

  it('puts into the window what it has room for, and the rest into the ledger, due at once', async () => {
    for (let endpoint = 0; endpoint < 5; endpoint++) {
      await pipeline.addEndpoint({ url: 'http://127.0.0.1:9/', eventTypes: ['room.*'] });
    }
    await pipeline.emit('room.warm');
    const room = vi.spyOn(pipeline.queue, 'room', 'get').mockReturnValue(3);
    const eventId = await pipeline.emit('room.test').finally(() => room.mockRestore());
    expect(await count('deliveries WHERE event_id = $1 AND leased', [eventId])).toBe(3);
    expect(await count('deliveries WHERE event_id = $1 AND NOT leased AND due_at <= now()', [eventId])).toBe(
      2,
    );
  });

  it.each([17, 250])('lets an event for %i endpoints leave room for one for few', async (endpoints) => {
    const [fewType, manyType] = [`few-beside-${endpoints}`, `many-${endpoints}`];
    await pipeline.addEndpoint({ url: 'http://127.0.0.1:9/', eventTypes: [fewType] });
    await addEndpoints(endpoints, manyType);
    await Promise.all([fewType, manyType].map((type) => pipeline.emit(type)));
    const room = vi.spyOn(pipeline.queue, 'backlogRoom', 'get').mockReturnValue(0);
    const [few, many] = await Promise.all([fewType, manyType].map((type) => pipeline.emit(type))).finally(
      () => room.mockRestore(),
    );
    expect(await count('deliveries WHERE event_id = $1 AND leased', [few])).toBe(1);
    expect(await count('deliveries WHERE event_id = $1 AND leased', [many])).toBe(0);
  });

  it('fans out to 10,000 endpoints in one commit, and other emits do not wait for it', async () => {
    await addEndpoints(10000, 'wide.*');
    await pipeline.emit('warm.up');
    const order: string[] = [];
    await Promise.all([
      pipeline.emitter.emit({ tenant: 'acme', type: 'wide.event', data: '{}' }).then((accepted) => {
        order.push('wide');
        expect(accepted.deliveryCount).toBe(10_000);
      }),
      pipeline.emitter.emit({ tenant: 'other', type: 'narrow', data: '{}' }).then(() => order.push('narrow')),
    ]);
    expect(order).toEqual(['narrow', 'wide']);
  });
});
