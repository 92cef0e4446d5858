/** What is left of a deleted tenant: its log until its time is over, none of its secrets, and then nothing at all. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fromPublicId } from '../../src/model/id.js';
import { Database } from '../../src/store/database.js';
import { DAY_MS, partitionName } from '../../src/store/partitions.js';
import type { Tenant } from '../support/api-types.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { thirtyDays } from '../support/retention.js';

let posthorn: TestPosthorn;
let database: Database;
let gone: Tenant;
let other: Tenant;

beforeEach(async () => {
  posthorn = await startTestPosthorn({ env: { ROLE: 'api' } });
  database = new Database({ url: posthorn.databaseUrl, poolSize: 3, applicationName: 'test' });
  [gone, other] = await Promise.all([settle(), settle()]);
  await posthorn.client.emit(gone.id, { type: 'invoice.paid', data: {}, id: 'an-id-of-their-own' });
  await posthorn.client.deleteTenant(gone.id);
});
afterEach(async () => {
  await database.close();
  await posthorn.close();
});

it('leaves no secret behind, and its log for as long as logs are kept', async () => {
  const { rows } = await database.query(
    `SELECT (SELECT count(*) FROM endpoint_secrets s WHERE s.tenant_id = e.tenant_id) AS secrets, e.headers_sealed
       FROM endpoints e WHERE e.tenant_id = $1`,
    [fromPublicId('ten', gone.id)],
  );
  expect(rows).toEqual([{ secrets: 0, headers_sealed: null }]);
  await retain(30);
  expect(await rowsOf(gone)).toEqual({
    api_keys: 1,
    deliveries: 1,
    endpoints: 1,
    events: 1,
    idempotency_keys: 1,
    lanes: 1,
    tenants: 1,
  });
});

it('goes without a trace when its log has gone, and takes nobody along', async () => {
  await retain(32);
  expect(await rowsOf(gone)).toEqual({});
  expect(await rowsOf(other)).toEqual({
    api_keys: 1,
    endpoint_secrets: 1,
    endpoints: 1,
    lanes: 1,
    tenants: 1,
  });
});

it('stays while a day that could not be dropped still names it', async () => {
  const reader = await database.pool.connect();
  await reader.query('BEGIN');
  await reader.query(`SELECT FROM ${partitionName('deliveries', Date.now())}`);
  await retain(32);
  expect(await rowsOf(gone)).toMatchObject({ deliveries: 1, endpoints: 1, tenants: 1 });
  await reader.query('COMMIT');
  reader.release();
  await retain(32);
  expect(await rowsOf(gone)).toEqual({});
});

async function settle(): Promise<Tenant> {
  const tenant = await posthorn.client.createTenant({ name: 'Acme & Sons' });
  await posthorn.client.createEndpoint(tenant.id, {
    url: 'http://127.0.0.1:9/',
    headers: { 'x-api-key': 'hush-hush' },
  });
  await posthorn.client.request('POST', '/v1/api-keys', { name: 'k', role: 'emitter', tenantId: tenant.id });
  return tenant;
}

/** Every table with a `tenant_id`, partitions and the audit log (which has its own time) left out; and the tenants. */
async function rowsOf({ id }: Tenant): Promise<Record<string, number>> {
  const { rows: tables } = await database.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'audit_log' ORDER BY 1`,
  );
  const rows: Record<string, number> = {};
  for (const [table, column] of [['tenants', 'id'], ...tables.map(({ name }) => [name, 'tenant_id'])]) {
    const found = await database.query(`SELECT FROM ${table} WHERE ${column} = $1`, [
      fromPublicId('ten', id),
    ]);
    if (found.rowCount! > 0) rows[table!] = found.rowCount!;
  }
  return rows;
}

async function retain(daysFromNow: number): Promise<void> {
  await thirtyDays(database, {}, { nowMs: Date.now() + daysFromNow * DAY_MS }).run();
}
