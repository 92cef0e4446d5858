/**
 * What retention costs with a million rows a day: fills one old day with deliveries and attempts (and as many waiting
 * deliveries as a bad week leaves), then drops it while emits and claims go on, and measures both sides: how long the
 * drop took, and the slowest statement of the others meanwhile. Measures the figures of /metrics on the same data.
 *
 *   npx tsx bench/retention.ts [rows]      (or: node dist/bench/retention.js)
 *
 * Expects DATABASE_URL of an empty database that it may fill; without it, it brings an embedded one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../dev/embedded-postgres.js';
import { lowestUuidAt } from '../src/model/id.js';
import { Database } from '../src/store/database.js';
import { measure } from '../src/store/health-queries.js';
import { migrate } from '../src/store/migrate.js';
import {
  DAY_MS,
  listPartitions,
  makePartition,
  partitionedTables,
  type PartitionedTable,
} from '../src/store/partitions.js';
import { detachPartition, dropDetached } from '../src/store/retention.js';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const ENDPOINTS = 1_000;
const TENANT = '01990000-0000-7000-8000-00000000000a';

const nowMs = Date.now();
const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
const oldDay = today - 31 * DAY_MS;

const dataDir = mkdtempSync(path.join(tmpdir(), 'posthorn-bench-'));
const postgres = process.env.DATABASE_URL ? undefined : await startEmbeddedPostgres(dataDir);
const url = process.env.DATABASE_URL ?? postgres!.url;
try {
  await migrate(url);
  const database = new Database({ url, poolSize: 6, applicationName: 'bench' });
  for (let day = oldDay; day < today; day += DAY_MS)
    for (const table of partitionedTables) await makePartition(database, table, day);
  await fill(database);
  await measureFigures(database);
  await measureDrop(database);
  await database.close();
} finally {
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function fill(database: Database): Promise<void> {
  await timed(`insert ${ENDPOINTS} endpoints with lanes`, () =>
    database.query(
      `INSERT INTO lanes (endpoint_id, tenant_id, ready_at)
       SELECT ${endpointId('n')}, '${TENANT}', now() FROM generate_series(0, ${ENDPOINTS - 1}) n`,
    ),
  );
  await timed(`insert ${ROWS} old deliveries`, () =>
    inChunks((from, to) => insertDeliveries(database, oldDay, from, to, `'succeeded'`)),
  );
  await timed(`insert ${ROWS} old attempts`, () =>
    inChunks((from, to) =>
      database.query(
        `INSERT INTO attempts (id, delivery_id, tenant_id, endpoint_id, event_id, attempt_number, epoch, trigger, url,
                               request_headers, status_code, response_body, timings, duration_ms, started_at)
         SELECT ${idOf(oldDay)}, ${idOf(oldDay)}, '${TENANT}', ${endpointId(`n % ${ENDPOINTS}`)}, ${idOf(oldDay)}, 1, 1, 'emit',
                'https://example.com/hooks', '{"webhook-id":"x"}', 200, repeat('o', 200)::bytea, '{"totalMs":12}', 12, now()
           FROM generate_series(${from}::int, ${to}) n`,
      ),
    ),
  );
  await timed(`insert ${ROWS} waiting deliveries`, () =>
    inChunks((from, to) => insertDeliveries(database, today, from, to, `'pending'`)),
  );
  await timed('vacuum', () => database.query('VACUUM ANALYZE'));
}

function insertDeliveries(database: Database, day: number, from: number, to: number, status: string) {
  return database.query(
    `INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch, trigger, created_at)
     SELECT ${idOf(day)}, '${TENANT}', ${endpointId(`n % ${ENDPOINTS}`)}, ${idOf(day)}, 'invoice.paid', ${status}, false,
            now() - interval '1 hour' + n * interval '10 ms', 1, 'emit', now()
       FROM generate_series(${from}::int, ${to}) n`,
  );
}

/** The ids of a day: its first half is the time, its second the number. */
function idOf(day: number): string {
  const [time, version] = [lowestUuidAt(day + 3_600_000).slice(0, 13), '7000-8000'];
  return `('${time}-${version}-' || lpad(to_hex(n), 12, '0'))::uuid`;
}

function endpointId(n: string): string {
  return `('01990000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
}

async function inChunks(work: (from: number, to: number) => Promise<unknown>): Promise<void> {
  const size = 100_000;
  for (let from = 0; from < ROWS; from += size) await work(from, Math.min(from + size, ROWS) - 1);
}

async function measureFigures(database: Database): Promise<void> {
  for (let run = 1; run <= 3; run++)
    await timed(`figures of /metrics, run ${run}`, () => measure(database, nowMs));
  const plan = await database.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) SELECT count(*) FROM deliveries d WHERE d.status = 'pending' AND NOT d.leased`,
  );
  console.log(
    plan.rows
      .map((row) => row['QUERY PLAN'])
      .filter((line) => !/never executed|rows=0/.test(line))
      .slice(0, 12)
      .join('\n'),
  );
}

async function measureDrop(database: Database): Promise<void> {
  let stopped = false;
  const slowest = { emitMs: 0, statements: 0 };
  // What emits and claims do to the tables: a single-row insert and an indexed read over all partitions.
  const neighbours = [1, 2].map(async (worker) => {
    for (let n = 0; !stopped; n++) {
      const startedAt = performance.now();
      const id = lowestUuidAt(nowMs).slice(0, 24) + (worker * 1e9 + n).toString(16).padStart(12, '0');
      await database.query(
        `INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch, trigger, created_at)
         VALUES ($1, $2, $2, $1, 'a', 'succeeded', false, now(), 1, 'emit', now())`,
        [id, TENANT],
      );
      await database.query(
        `SELECT d.id FROM deliveries d WHERE d.endpoint_id = $1 AND d.status = 'pending' AND NOT d.leased
          ORDER BY d.due_at LIMIT 10`,
        ['01990000-0000-7000-8000-000000000007'],
      );
      slowest.emitMs = Math.max(slowest.emitMs, performance.now() - startedAt);
      slowest.statements += 2;
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const usualMs = slowest.emitMs;
  slowest.emitMs = 0;
  for (const table of ['attempts', 'deliveries', 'events'] as PartitionedTable[]) {
    const partition = (await listPartitions(database)).find(
      (one) => one.table === table && one.dayMs === oldDay,
    )!;
    await timed(`${table}: detach`, async () => {
      const detached = await detachPartition(database, partition);
      if (detached !== 'detached') throw new Error(`${table}: ${detached}`);
    });
    await timed(`${table}: drop`, () => dropDetached(database, partition));
  }
  stopped = true;
  await Promise.all(neighbours);
  console.log(
    `neighbours: ${slowest.statements} statements; slowest pair of an insert and a read ${usualMs.toFixed(1)} ms before, ` +
      `${slowest.emitMs.toFixed(1)} ms during the drop`,
  );
}

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  await work();
  console.log(`${what}: ${(performance.now() - startedAt).toFixed(1)} ms`);
}
