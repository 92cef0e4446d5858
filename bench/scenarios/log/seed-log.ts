/**
 * A delivery log of ten past days, written by SQL: an emitter would need an hour for it. Tenants, types and failures are
 * as uneven as in life (the largest tenant has a hundred times the smallest's), because even data makes every plan good.
 *
 * Secondary indexes are taken off while the rows are written, and built from their own definitions afterwards.
 */
import { DAY_MS, makePartition, partitionedTables, partitionName } from '../../../src/store/partitions.js';
import { Ledger } from '../../harness/ledger.js';
import { Database } from '../../../src/store/database.js';

export interface LogShape {
  days: number;
  eventsPerDay: number;
}

export const TENANTS = 200;
export const EVENT_TYPES = 50;
export const ENDPOINTS_PER_TENANT = 4;
/** Two or three each, by turns. */
export const ATTEMPTS_PER_DELIVERY = 2.5;

export async function seedLog(databaseUrl: string, shape: LogShape): Promise<void> {
  // Each is one process of PostgreSQL, and seeding is all CPU.
  const writers = await Promise.all([1, 2].map(() => Ledger.open(databaseUrl)));
  const shareOut = async <T>(
    tasks: T[],
    work: (ledger: Ledger, task: T) => Promise<unknown>,
  ): Promise<void> => {
    const left = tasks.values();
    const workOff = async (ledger: Ledger): Promise<void> => {
      for (const task of left) await work(ledger, task);
    };
    await Promise.all(writers.map(workOff));
  };
  for (const ledger of writers) {
    await ledger.query(`SET synchronous_commit = off`);
    await ledger.query(`SET maintenance_work_mem = '512MB'`);
    await ledger.query(`SET work_mem = '128MB'`);
  }
  const [first] = writers as [Ledger, Ledger];
  await makePartitions(databaseUrl, shape.days);
  await seedTenants(first);
  const rebuild = await dropIndexes(first);
  const days = Array.from({ length: shape.days }, (_, index) => index + 1);
  await shareOut(days, (ledger, daysAgo) => seedDay(ledger, daysAgo, shape.eventsPerDay));
  // By table: building an index locks its table against another's being built.
  const tables = [...new Set(rebuild.map(({ table }) => table))];
  await shareOut(tables, async (ledger, table) => {
    for (const index of rebuild) if (index.table === table) await ledger.query(index.definition);
  });
  await shareOut(['events, deliveries', 'attempts'], (ledger, names) =>
    ledger.query(`VACUUM ANALYZE ${names}`),
  );
  await first.query('DROP TABLE seeded_tenant');
  await Promise.all(writers.map((ledger) => ledger.close()));
}

async function makePartitions(databaseUrl: string, days: number): Promise<void> {
  const database = new Database({ url: databaseUrl, poolSize: 1, applicationName: 'bench' });
  const today = Math.floor(Date.now() / DAY_MS);
  for (const table of partitionedTables) {
    for (let day = today - days; day < today; day++) await makePartition(database, table, day * DAY_MS);
  }
  await database.close();
}

async function seedTenants(ledger: Ledger): Promise<void> {
  await ledger.query(
    `INSERT INTO tenants (id, external_id, name)
     SELECT uuidv7(), 'seeded-' || n, 'Seeded ' || n FROM generate_series(1, $1) n`,
    [TENANTS],
  );
  await ledger.query(
    `INSERT INTO endpoints (id, tenant_id, url, event_types)
     SELECT uuidv7(), t.id, 'https://example.com/hooks/' || k, '{*}'
       FROM tenants t CROSS JOIN generate_series(1, $1) k WHERE t.external_id LIKE 'seeded-%'`,
    [ENDPOINTS_PER_TENANT],
  );
  await ledger.query(
    `CREATE TABLE seeded_tenant AS
     SELECT row_number() OVER (ORDER BY t.id)::int AS n, t.id FROM tenants t WHERE t.external_id LIKE 'seeded-%'`,
  );
}

/** @returns the statements that build them again */
async function dropIndexes(ledger: Ledger): Promise<{ table: string; definition: string }[]> {
  const indexes = await ledger.query<{ name: string; table: string; definition: string }>(
    `SELECT x.indexrelid::regclass::text AS name, x.indrelid::regclass::text AS table, pg_get_indexdef(x.indexrelid) AS definition
       FROM pg_index x WHERE x.indrelid IN ('events'::regclass, 'deliveries'::regclass, 'attempts'::regclass)
        AND NOT x.indisprimary`,
  );
  for (const { name } of indexes) await ledger.query(`DROP INDEX ${name}`);
  // Without ONLY, so that every partition gets one.
  return indexes.map(({ table, definition }) => ({
    table,
    definition: definition.replace(' ON ONLY ', ' ON '),
  }));
}

async function seedDay(ledger: Ledger, daysAgo: number, events: number): Promise<void> {
  const dayMs = (Math.floor(Date.now() / DAY_MS) - daysAgo) * DAY_MS;
  const midnight = `'${new Date(dayMs).toISOString()}'::timestamptz`;
  const [eventsOfDay, deliveriesOfDay, attemptsOfDay] = partitionedTables.map((table) =>
    partitionName(table, dayMs),
  );
  await ledger.query(
    `INSERT INTO ${eventsOfDay} (id, tenant_id, type, data, occurred_at, delivery_count, created_at)
     SELECT uuidv7(x.at - clock_timestamp()), t.id, 'type.n' || floor(${EVENT_TYPES} * power(random(), 2))::int,
            json_build_object('invoice', 'inv_' || x.n, 'amount', floor(random() * 100000), 'note', 'Thank you'), x.at,
            ${ENDPOINTS_PER_TENANT}, x.at
       FROM (SELECT n, ${midnight} + n * (interval '86399 s' / $1) AS at, 1 + floor(${TENANTS} * power(random(), 3))::int AS tenant
               FROM generate_series(1, $1) n) x
       JOIN seeded_tenant t ON t.n = x.tenant`,
    [events],
  );
  // 96 % succeed; the others end in any of the ways there are. On the oldest day one tenant fails alone (see queries.ts).
  await ledger.query(
    `INSERT INTO ${deliveriesOfDay} (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch, attempt_count,
            schedule_attempts, trigger, last_status_code, last_error_code, last_attempt_at, completed_at, created_at)
     SELECT x.id, x.tenant_id, x.endpoint_id, x.event_id, x.type,
            (CASE WHEN x.luck < 0.96 THEN 'succeeded' WHEN x.luck < 0.995 THEN 'failed' ELSE 'canceled' END)::delivery_status,
            false, x.created_at, 1, x.attempts, x.attempts, 'emit',
            CASE WHEN x.luck < 0.96 THEN 200 WHEN x.luck < 0.975 THEN 500 WHEN x.luck < 0.985 THEN 503 WHEN x.luck < 0.99 THEN 404 END,
            CASE WHEN x.luck < 0.96 THEN NULL WHEN x.luck < 0.985 THEN 'http_server_error' WHEN x.luck < 0.99 THEN 'http_client_error'
                 WHEN x.luck < 0.9949 THEN 'timeout' ELSE 'tls_hostname_mismatch' END,
            x.created_at, x.created_at, x.created_at
       FROM (SELECT uuidv7(e.created_at - clock_timestamp()) AS id, e.tenant_id, p.id AS endpoint_id, e.id AS event_id, e.type,
                    e.created_at, random() AS luck, 2 + (random() < 0.5)::int AS attempts
               FROM ${eventsOfDay} e JOIN endpoints p ON p.tenant_id = e.tenant_id) x`,
  );
  await ledger.query(
    `INSERT INTO ${attemptsOfDay} (id, delivery_id, tenant_id, endpoint_id, event_id, attempt_number, epoch, trigger, url,
            request_headers, status_code, response_headers, timings, duration_ms, started_at)
     SELECT uuidv7(d.created_at - clock_timestamp()), d.id, d.tenant_id, d.endpoint_id, d.event_id, n, 1, 'emit',
            'https://example.com/hooks/1', '{"content-type":"application/json"}', 503, '{"content-length":"0"}', '{"totalMs":12}', 12,
            d.created_at
       FROM ${deliveriesOfDay} d CROSS JOIN generate_series(1, d.attempt_count) n`,
  );
}
