/** Replays of many deliveries, on a ledger that nothing else works on: what is taken, what is left alone, and what a crash does. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { matches } from '../../src/intake/fan-out.js';
import { ReplayRequests, type ReplayRequest } from '../../src/replay/replay-many-requests.js';
import { ReplayRunner } from '../../src/replay/replay-many.js';
import { isDatabaseUnavailable, type Queryable } from '../../src/store/database.js';
import { findReplay, type Replay } from '../../src/store/replays.js';
import { log } from '../../src/telemetry/log.js';
import { createLedger, type Ledger } from '../support/ledger.js';
import { waitFor } from '../support/wait-for.js';

const source = {
  actor: { kind: 'key' as const, id: 'key_1', name: 'support' },
  remoteAddress: null,
  requestId: null,
};

describe('a replay of many', () => {
  let ledger: Ledger;
  let tenantId: string;
  let endpointId: string;
  let woken: string[];
  let tenants = 0;

  beforeAll(async () => {
    log.level = 'silent';
    ledger = await createLedger();
  });
  afterAll(() => ledger.close());
  beforeEach(async () => {
    await ledger.query(`UPDATE replays SET status = 'canceled' WHERE status = 'running'`);
    tenantId = await ledger.addTenant(`tenant-${++tenants}`);
    endpointId = await ledger.addEndpoint(tenantId);
    woken = [];
  });

  function requests(reading: Queryable = ledger.database): ReplayRequests {
    const { database, clock } = ledger;
    return new ReplayRequests({ database, reading, clock, matches, nudge: () => {}, countMsMax: 5_000 });
  }

  function runner(database = ledger.database): ReplayRunner {
    return new ReplayRunner({
      database,
      clock: ledger.clock,
      waker: { wake: (id) => woken.push(id) },
      matches,
      log,
    });
  }

  function asked(
    filter: ReplayRequest['filter'],
    options: Partial<Omit<ReplayRequest, 'filter'>> = {},
  ): ReplayRequest {
    return { filter, missing: false, ratePerSecond: 100_000, tenantId: undefined, ...options };
  }

  async function finish(replay: Replay, by = runner()): Promise<Replay> {
    return waitFor(
      async () => {
        await by.turn();
        const now = await findReplay(ledger.database, replay.id, undefined);
        return now!.status !== 'running' && now!;
      },
      { what: 'the replay to end' },
    );
  }

  const statuses = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (
        await ledger.query<{ status: string; count: number }>(
          `SELECT status::text, count(*) FROM deliveries WHERE tenant_id = $1 GROUP BY 1`,
          [tenantId],
        )
      ).map((row) => [row.status, row.count]),
    );

  /** How often each delivery was replayed: nothing else raises epochs here. */
  const timesReplayed = async (): Promise<number[]> =>
    (
      await ledger.query<{ times: number }>(
        `SELECT epoch - 1 AS times FROM deliveries WHERE tenant_id = $1 ORDER BY id`,
        [tenantId],
      )
    ).map((row) => row.times);

  it('takes back to pending what fits the filter, with a fresh schedule, and nothing else', async () => {
    await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 7);
    await ledger.addDeliveries(tenantId, { endpointId, status: 'succeeded' }, 3);
    const replay = await requests().start(asked({ tenantId, status: 'failed' }), source);
    expect(replay).toMatchObject({ status: 'running', total: 7, replayed: 0 });
    expect(await finish(replay)).toMatchObject({ status: 'completed', total: 7, replayed: 7 });
    expect(await statuses()).toEqual({ pending: 7, succeeded: 3 });
    const [row] = await ledger.query(`SELECT * FROM deliveries WHERE replay_id = $1 LIMIT 1`, [replay.id]);
    expect(row).toMatchObject({
      leased: false,
      epoch: 2,
      schedule_attempts: 0,
      attempt_count: 3,
      trigger: 'replay',
      completed_at: null,
    });
    expect(new Set(woken)).toEqual(new Set([endpointId]));
  });

  it.each([
    ['an endpoint', 4, () => ({ endpointId })],
    ['a tenant', 5, () => ({ tenantId })],
    ['an event type', 4, () => ({ tenantId, eventType: 'order.made' })],
    ['a status code', 4, () => ({ tenantId, statusCode: { from: 503, to: 503 } })],
    ['a class of status codes', 4, () => ({ tenantId, statusCode: { from: 500, to: 599 } })],
    ['a text in the payload', 4, () => ({ tenantId, search: 'NEEDLE%' })],
    ['the time it was made', 0, () => ({ tenantId, before: new Date(Date.now() - 60_000) })],
  ])('counts and takes the same by %s', async (_, expected, filter) => {
    const wanted = { endpointId, eventType: 'order.made', statusCode: 503, data: '{"a":"needle%"}' };
    await ledger.addDeliveries(tenantId, { ...wanted, status: 'failed' }, 4);
    await ledger.addDeliveries(tenantId, { ...wanted, status: 'pending' }, 2);
    const other = await ledger.addEndpoint(tenantId);
    await ledger.addDeliveries(tenantId, { endpointId: other, status: 'failed', data: '{"a":"needle"}' });
    expect(await requests().count(asked(filter()))).toBe(expected);
    const replay = await finish(await requests().start(asked(filter()), source));
    expect(replay).toMatchObject({ total: expected, replayed: expected });
  });

  it('counts only what it would take: neither pending deliveries nor those of deleted endpoints', async () => {
    const deleted = await ledger.addEndpoint(tenantId, { deleted: true });
    await ledger.addDeliveries(tenantId, { endpointId, status: 'pending' }, 2);
    await ledger.addDeliveries(tenantId, { endpointId: deleted, status: 'canceled' }, 2);
    await ledger.addDeliveries(tenantId, { endpointId, status: 'canceled' }, 1);
    expect(await requests().count(asked({ tenantId }))).toBe(1);
    expect(await finish(await requests().start(asked({ tenantId }), source))).toMatchObject({ replayed: 1 });
  });

  it('leaves alone what came to be after it was asked for', async () => {
    await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 2);
    const replay = await requests().start(asked({ tenantId }), source);
    await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 2);
    expect(await finish(replay)).toMatchObject({ replayed: 2 });
    expect(await statuses()).toEqual({ pending: 2, failed: 2 });
  });

  it('goes on with the oldest first, in batches, at its rate', async () => {
    const ids = await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 10);
    const replay = await requests().start(asked({ endpointId }, { ratePerSecond: 16 }), source);
    const one = runner();
    expect(await one.turn()).toEqual({ kind: 'worked' });
    const first = await ledger.query<{ id: string }>(`SELECT id FROM deliveries WHERE replay_id = $1`, [
      replay.id,
    ]);
    expect(first.map((row) => row.id).sort()).toEqual(ids.slice(0, 4));
    // Four at sixteen a second: not again for a quarter of a second.
    expect(await one.turn()).toMatchObject({ kind: 'idle' });
    expect(await finish(replay, one)).toMatchObject({ replayed: 10 });
  });

  it('is taken up by another process where a crashed one left it, and doubles nothing', async () => {
    await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 20);
    const replay = await requests().start(
      asked({ tenantId, status: 'failed' }, { ratePerSecond: 16 }),
      source,
    );
    // The first process does one batch and dies in the middle of its second one, its connection with it.
    const dying = runner(diesBefore('advance_replay', 2));
    expect(await dying.turn()).toEqual({ kind: 'worked' });
    await waitFor(
      async () =>
        (await ledger.query(`SELECT FROM replays WHERE next_batch_at < now() AND id = $1`, [replay.id]))
          .length > 0,
      {
        what: 'the next batch to be due',
      },
    );
    await expect(dying.turn()).rejects.toSatisfy(isDatabaseUnavailable);
    expect(await findReplay(ledger.database, replay.id, undefined)).toMatchObject({ replayed: 4 });
    expect(await statuses()).toEqual({ pending: 4, failed: 16 });
    // What was replayed fails again: it is below the position, and not taken a second time.
    await ledger.query(`UPDATE deliveries SET status = 'failed' WHERE replay_id = $1`, [replay.id]);
    expect(await finish(replay)).toMatchObject({ status: 'completed', replayed: 20 });
    expect(await timesReplayed()).toEqual(Array(20).fill(1));
  });

  it('is worked on by several processes at once without doubling', async () => {
    await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 2_000);
    const replay = await requests().start(asked({ tenantId }), source);
    await Promise.all([finish(replay), finish(replay), finish(replay)]);
    expect(await findReplay(ledger.database, replay.id, undefined)).toMatchObject({ replayed: 2_000 });
    expect(await timesReplayed()).toEqual(Array(2_000).fill(1));
  });

  it('replays a delivery once when two replays want it at the same time', async () => {
    await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 1_000);
    const [one, other] = [
      await requests().start(asked({ tenantId }), source),
      await requests().start(asked({ endpointId, status: 'failed' }), source),
    ];
    const ended = await Promise.all([finish(one), finish(other)]);
    expect(ended.reduce((sum, replay) => sum + replay.replayed, 0)).toBe(1_000);
    expect(await timesReplayed()).toEqual(Array(1_000).fill(1));
  });

  it('stops when it is canceled; what was done stays done, and it cannot be canceled twice', async () => {
    await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 10);
    const replay = await requests().start(asked({ tenantId }, { ratePerSecond: 4, tenantId }), source);
    const one = runner();
    await one.turn();
    await expect(
      requests().cancel(replay.id, await ledger.addTenant('stranger'), source),
    ).rejects.toMatchObject({
      code: 'replay_not_found',
    });
    expect(await requests().cancel(replay.id, tenantId, source)).toMatchObject({
      status: 'canceled',
      replayed: 1,
    });
    expect(await one.turn()).toMatchObject({ kind: 'idle' });
    expect(await statuses()).toEqual({ pending: 1, failed: 9 });
    await expect(requests().cancel(replay.id, tenantId, source)).rejects.toMatchObject({
      code: 'replay_not_running',
    });
    const records = await ledger.query<{ action: string }>(
      `SELECT action FROM audit_log WHERE tenant_id = $1 ORDER BY id`,
      [tenantId],
    );
    expect(records.map((record) => record.action)).toEqual(['replay.created', 'replay.canceled']);
  });

  it('is given up, with a reason, when its batch fails again and again', async () => {
    await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 1);
    const replay = await requests().start(asked({ tenantId }), source);
    const broken = { ...ledger.database, transaction: breaks('advance_replay') };
    const ended = await finish(
      replay,
      runner(Object.setPrototypeOf(broken, ledger.database) as typeof ledger.database),
    );
    expect(ended).toMatchObject({
      status: 'failed',
      replayed: 0,
      error: expect.stringContaining('fault') as string,
    });
    expect(await statuses()).toEqual({ failed: 1 });
  });

  it('is refused when it cannot be counted in time', async () => {
    await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 500);
    const hurried: Queryable = {
      query: (statement, values) =>
        ledger.database.transaction(async (transaction) => {
          await transaction.query(`SET LOCAL statement_timeout = 1`);
          await transaction.query(`SELECT pg_sleep(1)`);
          return transaction.query(statement, values);
        }),
    };
    await expect(requests(hurried).start(asked({}), source)).rejects.toMatchObject({
      code: 'replay_too_wide',
    });
    expect(await ledger.query(`SELECT FROM replays WHERE status = 'running'`)).toEqual([]);
  });

  it('tells what became of its deliveries, and keeps that when they are gone', async () => {
    await ledger.addDeliveries(tenantId, { endpointId, status: 'failed' }, 3);
    const replay = await requests().start(asked({ tenantId }), source);
    const one = runner();
    one.start();
    try {
      const outcomes = (wanted: object, what: string) =>
        waitFor(
          async () => {
            const { outcomes: now } = (await findReplay(ledger.database, replay.id, undefined))!;
            return Object.entries(wanted).every(([status, count]) => now[status as 'failed'] === count);
          },
          { what },
        );
      await outcomes({ pending: 3 }, 'three to be pending');
      await ledger.query(
        `UPDATE deliveries d SET status = CASE WHEN d.id = (SELECT min(x.id::text)::uuid FROM deliveries x WHERE x.replay_id = $1)
                                              THEN 'failed' ELSE 'succeeded' END::delivery_status WHERE d.replay_id = $1`,
        [replay.id],
      );
      await outcomes({ pending: 0, succeeded: 2, failed: 1 }, 'the outcomes to be counted');
      await ledger.query(`DELETE FROM deliveries WHERE replay_id = $1`, [replay.id]);
      expect(
        await ledger.query(`SELECT FROM replays WHERE id = $1 AND tally_due_at = 'infinity'`, [replay.id]),
      ).toHaveLength(1);
    } finally {
      await one.stop();
    }
  });

  describe('of missing events', () => {
    const missing = (filter: ReplayRequest['filter']) => asked(filter, { missing: true });

    it('makes deliveries for events that match the endpoint as it is now and that it never had', async () => {
      const wanted = await ledger.addEvent(tenantId, { type: 'invoice.paid' });
      await ledger.addEvent(tenantId, { type: 'order.made' });
      await ledger.addEvent(tenantId, { type: 'invoice.test', test: true });
      const stranger = await ledger.addTenant(`stranger-${tenants}`);
      await ledger.addEvent(stranger, { type: 'invoice.paid' });
      const late = await ledger.addEndpoint(tenantId, { eventTypes: ['invoice.*'] });
      const had = await ledger.addEvent(tenantId, { type: 'invoice.sent' });
      await ledger.addDeliveries(tenantId, { endpointId: late, status: 'failed', eventId: had });

      expect(await requests().count(missing({ endpointId: late }))).toBe(1);
      const replay = await finish(await requests().start(missing({ endpointId: late }), source));
      expect(replay).toMatchObject({ status: 'completed', total: 1, replayed: 1 });
      const made = await ledger.query(`SELECT * FROM deliveries WHERE replay_id = $1`, [replay.id]);
      expect(made).toMatchObject([
        {
          event_id: wanted,
          endpoint_id: late,
          tenant_id: tenantId,
          event_type: 'invoice.paid',
          status: 'pending',
          leased: false,
          trigger: 'replay',
        },
      ]);
      expect(woken).toContain(late);
    });

    it('narrows by event, type, time and text', async () => {
      const [first, second] = [
        await ledger.addEvent(tenantId, { type: 'a', data: '{"n":1}' }),
        await ledger.addEvent(tenantId, { type: 'b', data: '{"n":"Two"}' }),
      ];
      const count = (filter: object) => requests().count(missing({ endpointId, ...filter }));
      expect(await count({})).toBe(2);
      expect(await count({ eventId: first })).toBe(1);
      expect(await count({ eventType: 'b' })).toBe(1);
      expect(await count({ search: 'two' })).toBe(1);
      expect(await count({ before: new Date(0) })).toBe(0);
      expect(await count({ after: new Date(Date.now() + 60_000) })).toBe(0);
      expect(await count({ eventId: second, eventType: 'a' })).toBe(0);
    });

    it('never makes a second delivery of an event, however many run at once', async () => {
      for (let index = 0; index < 1_200; index++) await ledger.addEvent(tenantId);
      const replays = await Promise.all(
        [1, 2, 3].map(() => requests().start(missing({ endpointId }), source)),
      );
      const ended = await Promise.all(replays.map((replay) => finish(replay)));
      expect(ended.reduce((sum, replay) => sum + replay.replayed, 0)).toBe(1_200);
      const doubled = await ledger.query(
        `SELECT event_id FROM deliveries WHERE endpoint_id = $1 GROUP BY event_id HAVING count(*) > 1`,
        [endpointId],
      );
      expect(doubled).toEqual([]);
    });

    it('ends as failed when the endpoint is deleted under it, and is refused when it was before', async () => {
      for (let index = 0; index < 3; index++) await ledger.addEvent(tenantId);
      const replay = await requests().start(missing({ endpointId }), source);
      await ledger.query(`UPDATE endpoints SET deleted_at = now() WHERE id = $1`, [endpointId]);
      expect(await finish(replay)).toMatchObject({ status: 'failed', error: 'The endpoint was deleted.' });
      await expect(requests().count(missing({ endpointId }))).rejects.toMatchObject({
        code: 'endpoint_not_found',
      });
    });
  });

  /** A database whose connection is gone just before the `nth` statement of that name. */
  function diesBefore(name: string, nth: number): typeof ledger.database {
    let seen = 0;
    const dying = Object.create(ledger.database) as typeof ledger.database;
    dying.transaction = (work) =>
      ledger.database.transaction((transaction) =>
        work({
          query: async (statement, values) => {
            if (typeof statement !== 'string' && statement.name === name && ++seen === nth) {
              await transaction.query(`SELECT pg_terminate_backend(pg_backend_pid())`);
            }
            return transaction.query(statement, values);
          },
        }),
      );
    return dying;
  }

  function breaks(name: string): typeof ledger.database.transaction {
    return (work) =>
      ledger.database.transaction((transaction) =>
        work({
          query: (statement, values) => {
            if (typeof statement !== 'string' && statement.name === name)
              throw new Error('as the test wants it');
            return transaction.query(statement, values);
          },
        }),
      );
  }
});
