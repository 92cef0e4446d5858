/** Retention on a real database: what goes, what stays, what is said about what was still owed. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lowestUuidAt } from '../../src/model/id.js';
import { Database } from '../../src/store/database.js';
import { checkPartitions } from '../../src/store/health-queries.js';
import { DAY_MS, listPartitions, makePartition, partitionedTables } from '../../src/store/partitions.js';
import { keepPartitionsAhead } from '../../src/upkeep/partitions-ahead.js';
import { type RetentionPolicy } from '../../src/upkeep/retention-policy.js';
import type { Retention } from '../../src/upkeep/retention.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { thirtyDays } from '../support/retention.js';

const NOW = Date.now();
const TODAY = Math.floor(NOW / DAY_MS) * DAY_MS;
const TENANT = '01990000-0000-7000-8000-00000000000a';
const ENDPOINT = '01990000-0000-7000-8000-00000000000b';

let own: TestDatabase;
let database: Database;
let lines: Record<string, unknown>[];
let folder: string;

beforeEach(async () => {
  own = await createTestDatabase();
  database = new Database({ url: own.url, poolSize: 4, applicationName: 'test' });
  lines = [];
  folder = mkdtempSync(path.join(tmpdir(), 'posthorn-export-'));
});
afterEach(async () => {
  await database.close();
  await own.drop();
  rmSync(folder, { recursive: true });
});

const log = pino(
  { level: 'debug' },
  { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
);

function daysAgo(days: number): number {
  return TODAY - days * DAY_MS;
}

/** As partitions of the day end. */
function nameOf(dayMs: number): string {
  return new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '');
}

/** The n-th id of a day. */
function idOf(dayMs: number, n: number): string {
  return `${lowestUuidAt(dayMs + 3_600_000).slice(0, -4)}${n.toString(16).padStart(4, '0')}`;
}

async function insertDay(dayMs: number, status: string, n = 1, eventDayMs = dayMs): Promise<string> {
  const id = idOf(dayMs, n);
  await database.query(
    `INSERT INTO events (id, tenant_id, type, data, occurred_at, delivery_count, created_at)
     VALUES ($1, $2, 'a.b', '{"n": 1.0}', now(), 1, now()) ON CONFLICT DO NOTHING`,
    [idOf(eventDayMs, n), TENANT],
  );
  await database.query(
    `INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch, trigger, created_at)
     VALUES ($1, $2, $3, $4, 'a.b', $5, false, now() + interval '1 hour', 1, 'emit', now())`,
    [id, TENANT, ENDPOINT, idOf(eventDayMs, n), status],
  );
  await database.query(
    `INSERT INTO attempts (id, delivery_id, tenant_id, endpoint_id, event_id, attempt_number, epoch, trigger, url,
                           request_headers, response_body, timings, duration_ms, started_at)
     VALUES ($1, $1, $2, $3, $4, 1, 1, 'emit', 'https://example.com', '{}', '\\x00ff', '{}', 1, now())`,
    [id, TENANT, ENDPOINT, idOf(eventDayMs, n)],
  );
  return id;
}

async function makeDay(dayMs: number): Promise<void> {
  for (const table of partitionedTables) await makePartition(database, table, dayMs);
}

function retention(changes: Partial<RetentionPolicy> = {}, nowMs = NOW): Retention {
  return thirtyDays(database, changes, { nowMs, log });
}

async function count(table: string, where = 'true'): Promise<number> {
  const { rows } = await database.query<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`);
  return rows[0]!.n;
}

describe('retention', () => {
  it('drops the days that are over and keeps every other', async () => {
    for (const days of [31, 30, 1]) {
      await makeDay(daysAgo(days));
      await insertDay(daysAgo(days), 'succeeded');
    }
    await retention().run();
    const left = (await listPartitions(database)).map(({ name }) => name);
    for (const table of partitionedTables) {
      expect(await count(table)).toBe(2); // 30 days ago is the last that is kept in full
      expect(left).not.toContain(`${table}_${nameOf(daysAgo(31))}`);
    }
  });

  it('fails what is still owed a day before it goes, with a code and a line in the log', async () => {
    await makeDay(daysAgo(30));
    const owed = await insertDay(daysAgo(30), 'pending', 1);
    const done = await insertDay(daysAgo(30), 'succeeded', 2);
    await retention().run();
    const { rows } = await database.query(
      `SELECT id, status, last_error_code, epoch FROM deliveries ORDER BY id`,
    );
    expect(rows).toEqual([
      { id: owed, status: 'failed', last_error_code: 'expired', epoch: 2 },
      { id: done, status: 'succeeded', last_error_code: null, epoch: 1 },
    ]);
    expect(lines.filter((line) => line.msg === 'delivery.expired')).toEqual([
      expect.objectContaining({ deliveries: 1, endpointId: `ep_${ENDPOINT.replaceAll('-', '')}` }),
    ]);
  });

  it('does not drop a day while a delivery of it is being sent', async () => {
    await makeDay(daysAgo(40));
    const id = await insertDay(daysAgo(40), 'pending');
    await database.query(`UPDATE deliveries SET leased = true WHERE id = $1`, [id]);
    await retention().run();
    expect(await count('deliveries')).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'retention.postponed', reason: 'still_owed' }),
    );

    await database.query(`UPDATE deliveries SET leased = false, status = 'succeeded' WHERE id = $1`, [id]);
    await retention().run();
    expect(await count('deliveries')).toBe(0);
  });

  it('keeps what was scheduled for later, and its event and their days, until its retries have had their time', async () => {
    await makeDay(daysAgo(34));
    const scheduled = await insertDay(daysAgo(34), 'pending', 1);
    const other = await insertDay(daysAgo(34), 'pending', 2);
    const schedule = (at: number): Promise<unknown> =>
      database.query(`UPDATE events SET deliver_at = $2 WHERE id = $1`, [scheduled, new Date(at)]);
    const statuses = async (): Promise<unknown> => {
      const { rows } = await database.query<{ id: string; status: string }>(
        `SELECT id, status FROM deliveries`,
      );
      return Object.fromEntries(rows.map(({ id, status }) => [id, status]));
    };

    for (const at of [NOW + DAY_MS, NOW - 3 * DAY_MS]) {
      await schedule(at);
      await retention().run();
      expect(await statuses()).toEqual({ [scheduled]: 'pending', [other]: 'failed' });
      expect(await count('events')).toBe(2);
      expect(await count('attempts')).toBe(0);
    }
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'retention.postponed', reason: 'still_owed' }),
    );

    await schedule(NOW - 5 * DAY_MS);
    await retention().run();
    expect(lines.filter((line) => line.msg === 'delivery.expired')).toHaveLength(2);
    expect(await count('deliveries')).toBe(0);
    expect(await count('events')).toBe(0);
  });

  it('keeps an event whose payload may go earlier for as long as a recovered delivery of it is being sent', async () => {
    await makeDay(daysAgo(10));
    await makeDay(daysAgo(5));
    const sameDay = await insertDay(daysAgo(10), 'succeeded', 1);
    const later = await insertDay(daysAgo(5), 'pending', 2, daysAgo(10));
    for (const id of [sameDay, later]) {
      await database.query(`UPDATE deliveries SET status = 'pending', leased = true WHERE id = $1`, [id]);
      await retention({ eventsDays: 7, idempotencyDays: 7, lifetimeDays: 6 }).run();
      expect(await count('events')).toBe(2);
      await database.query(`UPDATE deliveries SET status = 'succeeded', leased = false WHERE id = $1`, [id]);
    }
    await retention({ eventsDays: 7, idempotencyDays: 7, lifetimeDays: 6 }).run();
    expect(await count('events')).toBe(0);
  });

  it('fails recovered deliveries of later days whose event goes', async () => {
    await makeDay(daysAgo(40));
    await makeDay(daysAgo(5));
    const id = await insertDay(daysAgo(5), 'pending', 1, daysAgo(40));
    await retention().run();
    expect(await count('events')).toBe(0);
    const { rows } = await database.query(`SELECT status, last_error_code FROM deliveries WHERE id = $1`, [
      id,
    ]);
    expect(rows).toEqual([{ status: 'failed', last_error_code: 'expired' }]);
  });

  it('deletes idempotency keys before their events, and no younger ones', async () => {
    await makeDay(daysAgo(31));
    await insertDay(daysAgo(31), 'succeeded');
    const insertKey = (key: string, dayMs: number): Promise<unknown> =>
      database.query(
        `INSERT INTO idempotency_keys (tenant_id, key, event_id, request_hash, created_at) VALUES ($1, $2, $3, '', $4)`,
        [TENANT, key, idOf(dayMs, 1), new Date(dayMs + 3_600_000)],
      );
    await insertKey('k-old', daysAgo(31));
    await insertKey('k-young', daysAgo(2));
    await retention().run();
    const { rows } = await database.query(`SELECT key FROM idempotency_keys`);
    expect(rows).toEqual([{ key: 'k-young' }]);
  });

  it('exports a day before it is dropped, a row a line', async () => {
    await makeDay(daysAgo(31));
    const id = await insertDay(daysAgo(31), 'succeeded');
    await retention({ exportDir: folder }).run();
    const day = new Date(daysAgo(31)).toISOString().slice(0, 10);
    const read = (table: string): unknown[] =>
      gunzipSync(readFileSync(path.join(folder, table, `${day}.ndjson.gz`)))
        .toString('utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    expect(read('events')).toEqual([expect.objectContaining({ id, data: '{"n": 1.0}' })]);
    expect(read('attempts')).toEqual([expect.objectContaining({ response_body: '\\x00ff' })]);
    expect(readdirSync(path.join(folder, 'deliveries'))).toEqual([`${day}.ndjson.gz`]);
    expect(await count('deliveries')).toBe(0);
  });

  it('keeps a day whose export fails, and says so', async () => {
    await makeDay(daysAgo(31));
    await insertDay(daysAgo(31), 'succeeded');
    await expect(retention({ exportDir: '/dev/null/nowhere' }).run()).rejects.toThrow('ENOTDIR');
    const kept = (await listPartitions(database)).filter(({ attached }) => !attached);
    expect(kept.map(({ table }) => table).sort()).toEqual(['attempts', 'deliveries', 'events']);
    await retention({ exportDir: folder }).run();
    expect((await listPartitions(database)).every(({ attached }) => attached)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['attempts', 'deliveries', 'events']);
  });

  it('waits for no lock: a long reader postpones the drop, and is held up by nothing', async () => {
    await makeDay(daysAgo(31));
    await insertDay(daysAgo(31), 'succeeded');
    const reader = await database.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM attempts');
    await retention().run();
    expect(await count('attempts')).toBe(1);
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'retention.postponed', reason: 'busy' }));
    await reader.query('COMMIT');
    reader.release();
    await retention().run();
    expect(await count('attempts')).toBe(0);
  });

  it('deletes old audit records, and endpoints that no delivery can name any more', async () => {
    const audit = (dayMs: number): Promise<unknown> =>
      database.query(`INSERT INTO audit_log (id, actor_kind, action) VALUES ($1, 'system', 'x')`, [
        idOf(dayMs, 1),
      ]);
    await audit(daysAgo(40));
    await audit(daysAgo(3));
    await database.query(`INSERT INTO tenants (id, name) VALUES ($1, 't')`, [TENANT]);
    const endpoint = (id: string, deletedAt: Date | null): Promise<unknown> =>
      database.query(
        `WITH e AS (INSERT INTO endpoints (id, tenant_id, url, event_types, deleted_at) VALUES ($1, $2, 'u', '{*}', $3))
         INSERT INTO lanes (endpoint_id, tenant_id) VALUES ($1, $2)`,
        [id, TENANT, deletedAt],
      );
    await endpoint(ENDPOINT, new Date(daysAgo(40)));
    await endpoint(idOf(daysAgo(1), 9), new Date(daysAgo(3)));
    await endpoint(idOf(daysAgo(1), 10), null);
    await retention().run();
    expect(await count('audit_log')).toBe(1);
    expect(await count('endpoints')).toBe(2);
    expect(await count('lanes')).toBe(2);
  });

  it('forgets sessions that were signed out of when they would have expired', async () => {
    const session = (n: number, expiresAtMs: number): Promise<unknown> =>
      database.query(`INSERT INTO ended_sessions (id, expires_at) VALUES ($1, $2)`, [
        idOf(TODAY, n),
        new Date(expiresAtMs),
      ]);
    await session(1, NOW - 3_600_000);
    await session(2, NOW + 3_600_000);
    await retention().run();
    expect(await count('ended_sessions')).toBe(1);
    expect(await count('ended_sessions', `id = '${idOf(TODAY, 2)}'`)).toBe(1);
  });
});

describe('partitions', () => {
  it('are found missing, made anew, and take their rows out of the default one', async () => {
    await database.query(`DROP TABLE events_${nameOf(TODAY + DAY_MS)}`);
    await database.query(
      `INSERT INTO events (id, tenant_id, type, data, occurred_at, delivery_count, created_at) VALUES ($1, $2, 'a', '1', now(), 0, now())`,
      [idOf(TODAY + DAY_MS, 1), TENANT],
    );
    await insertDay(daysAgo(300), 'succeeded'); // a clock that was wrong
    const before = await checkPartitions(database, NOW);
    expect(before.missing).toHaveLength(1);
    expect(before.strayTables.sort()).toEqual(['attempts', 'deliveries', 'events']);

    await keepPartitionsAhead(database, NOW, log);
    expect(await checkPartitions(database, NOW)).toEqual({ missing: [], strayTables: [] });
    expect(await count('events')).toBe(2);
    await retention().run();
    expect(await count('events')).toBe(1);
  });

  it('leave where they are more rows than everybody could wait for, and these are found as ever', async () => {
    await database.query(`DROP TABLE deliveries_${nameOf(TODAY)}`);
    await insertDay(TODAY, 'succeeded', 1);
    await insertDay(TODAY, 'succeeded', 2);
    expect(await makePartition(database, 'deliveries', TODAY, 1)).toBe(false);
    expect(await count('deliveries_default')).toBe(2);
    expect(await count('deliveries')).toBe(2);
    expect(await makePartition(database, 'deliveries', TODAY, 2)).toBe(true);
    expect(await count('deliveries_default')).toBe(0);
    expect(await count('deliveries')).toBe(2);
  });

  it('take their rows home under the eyes of readers and writers, who miss none and are refused nothing', async () => {
    await database.query(`DROP TABLE deliveries_${nameOf(TODAY)}`);
    const known = await insertDay(TODAY, 'pending', 1);
    const others = Array.from({ length: 3_000 }, (_, n) => idOf(TODAY, n + 10));
    await database.query(
      `INSERT INTO deliveries SELECT (jsonb_populate_record(d, jsonb_build_object('id', g.id))).*
         FROM deliveries d, unnest($1::uuid[]) AS g (id)`,
      [others],
    );
    const misses: string[] = [];
    let written = 0;
    let over = false;
    const untilOver = async (work: () => Promise<void>): Promise<void> => {
      while (!over) await work();
    };
    const readers = [1, 2].map(() =>
      untilOver(async () => {
        const { rows } = await database.query(
          { name: 'read', text: `SELECT d.id FROM deliveries d WHERE d.id = $1` },
          [known],
        );
        if (rows.length !== 1) misses.push('read');
      }),
    );
    const writer = untilOver(async () => {
      const { rowCount } = await database.query(
        { name: 'write', text: `UPDATE deliveries d SET epoch = d.epoch + 1 WHERE d.id = $1` },
        [known],
      );
      if (rowCount !== 1) misses.push('update');
      written++;
      await insertDay(TODAY, 'pending', 0x8000 + written);
    });
    await keepPartitionsAhead(database, NOW, log).finally(() => (over = true));
    await Promise.all([...readers, writer]);
    expect(misses).toEqual([]);
    expect(await count('deliveries')).toBe(1 + others.length + written);
    expect((await checkPartitions(database, NOW)).strayTables).not.toContain('deliveries');
  });
});
