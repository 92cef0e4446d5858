/** The audit log is only added to, whoever sends the statement: the database refuses the rest. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lowestUuidAt, newUuid } from '../../src/model/id.js';
import { Database } from '../../src/store/database.js';
import { deleteAuditBefore } from '../../src/store/expiry.js';
import { DAY_MS } from '../../src/store/partitions.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let own: TestDatabase;
/** As the application connects, with one connection: what a transaction leaves behind in it would be seen. */
let database: Database;

beforeAll(async () => {
  own = await createTestDatabase();
  database = new Database({ url: own.url, poolSize: 1, applicationName: 'test' });
  await database.query(
    `INSERT INTO audit_log (id, actor_kind, action) VALUES ($1, 'system', 'old'), ($2, 'system', 'new')`,
    [lowestUuidAt(Date.now() - 2 * DAY_MS), newUuid(Date.now())],
  );
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

async function expectRefusals(): Promise<void> {
  for (const statement of [
    `UPDATE audit_log SET action = 'nothing'`,
    `DELETE FROM audit_log`,
    `DELETE FROM audit_log WHERE false`,
    `WITH gone AS (DELETE FROM audit_log RETURNING id) SELECT count(*) FROM gone`,
    `INSERT INTO audit_log (id, actor_kind, action) SELECT id, actor_kind, action FROM audit_log
     ON CONFLICT (id) DO UPDATE SET action = 'nothing'`,
    `TRUNCATE audit_log`,
  ]) {
    await expect(database.query(statement), statement).rejects.toMatchObject({ code: '42501' });
  }
}

async function actions(): Promise<string[]> {
  const { rows } = await database.query<{ action: string }>(`SELECT action FROM audit_log ORDER BY id`);
  return rows.map(({ action }) => action);
}

it('refuses to change, delete or truncate', async () => {
  await expectRefusals();
  expect(await actions()).toEqual(['old', 'new']);
});

it('lets retention delete what is old, and refuses again after it', async () => {
  expect(await deleteAuditBefore(database, Date.now() - DAY_MS)).toBe(1);
  expect(await actions()).toEqual(['new']);
  await expectRefusals();
});

it('lets retention change nothing', async () => {
  const change = database.transaction(async (transaction) => {
    await transaction.query(`SET LOCAL posthorn.audit_retention = 'on'`);
    await transaction.query(`UPDATE audit_log SET action = 'nothing'`);
  });
  await expect(change).rejects.toMatchObject({ code: '42501' });
});
