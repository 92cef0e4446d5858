/** What a process keeps of tenants that it emits for: what is used, no more than it may, and nothing compiled twice. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { TenantDirectory } from '../../src/intake/tenant-directory.js';
import { createLedger, type Ledger } from '../support/ledger.js';

const HELD_MAX = 2;

let ledger: Ledger;
let directory: TenantDirectory;
beforeAll(async () => {
  ledger = await createLedger();
  for (const externalId of ['first', 'second', 'third']) {
    await ledger.addEndpoint(await ledger.addTenant(externalId));
  }
  await ledger.query(`UPDATE endpoints SET filter = '{"data":{"amount":1}}'`);
});
afterAll(() => ledger.close());
beforeEach(() => {
  directory = new TenantDirectory(ledger.database, { attemptTimeoutMs: 5_000 }, HELD_MAX);
});

const filterOf = async (reference: string) => (await directory.tenant(reference))!.subscriptions[0]!.filter;

async function forget(reference: string): Promise<void> {
  const [tenant, catalog] = await Promise.all([directory.tenant(reference), directory.eventCatalog()]);
  await directory.forget(reference, { tenant, catalog });
}

it('reads a tenant that it was told to forget anew, and compiles nothing of it again', async () => {
  const before = await directory.tenant('first');
  const filter = await filterOf('first');
  await forget('first');
  expect(await directory.tenant('first')).not.toBe(before);
  expect(await filterOf('first')).toBe(filter);
});

it('forgets the tenant that was not used for longest', async () => {
  const [first, second] = [await directory.tenant('first'), await directory.tenant('second')];
  await directory.tenant('first');
  await directory.tenant('third');
  expect(await directory.tenant('first')).toBe(first);
  expect(await directory.tenant('second')).not.toBe(second);
});

it('keeps nothing compiled of a tenant that it was told to forget and that nobody emits for any more', async () => {
  const filter = await filterOf('first');
  await forget('first');
  for (const other of ['second', 'third']) await directory.tenant(other);
  const again = await filterOf('first');
  expect(again).not.toBeNull();
  expect(again).not.toBe(filter);
});

it('does not remember that there is no such tenant', async () => {
  expect(await directory.tenant('later')).toBeUndefined();
  await ledger.addTenant('later');
  expect(await directory.tenant('later')).toBeDefined();
});
