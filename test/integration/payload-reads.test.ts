/** What support reads of customers' payloads is in the audit log: who, what, when, from where. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { NewApiKey, Tenant } from '../support/api-types.js';
import type { PosthornClient } from '../support/client.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';

interface Read {
  action: string;
  targetId: string;
  actor: { kind: string; id: string; name: string };
  details: object;
  remoteAddress: string;
}

let posthorn: TestPosthorn;
let tenant: Tenant;
let eventId: string;
let deliveryId: string;
beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { ROLE: 'api' } });
});
afterAll(() => posthorn.close());
beforeEach(async () => {
  tenant = await posthorn.client.createTenant();
  await posthorn.client.createEndpoint(tenant.id, { url: 'http://127.0.0.1:9/' });
  eventId = (await posthorn.client.emit(tenant.id, { data: { iban: 'DE02 1203 0000 0000 2020 51' } })).id;
  deliveryId = (await posthorn.client.waitForDeliveriesOf(eventId))[0]!.id;
});

async function support(settings: object = {}): Promise<NewApiKey> {
  const { body } = await posthorn.client.request<NewApiKey>('POST', '/v1/api-keys', {
    name: 'night shift',
    role: 'support',
    ...settings,
  });
  return body;
}

async function readEverything(key: string): Promise<void> {
  const client = posthorn.client.as(key);
  await client.request('GET', `/v1/tenants/${tenant.id}/events/${eventId}`);
  await client.request('GET', `/v1/deliveries/${deliveryId}/attempts`);
  await client.request('GET', `/v1/deliveries?tenant=${tenant.id}&search=iban`);
}

const portalOf = (client: PosthornClient, rights: 'read' | 'manage') =>
  client.request<{ token: string }>('POST', `/v1/tenants/${tenant.id}/portal-sessions`, { rights });

async function readings(): Promise<Read[]> {
  const { body } = await posthorn.client.request<{ data: Read[] }>(
    'GET',
    `/v1/audit-log?tenant=${tenant.id}`,
  );
  return body.data.filter(({ action }) => /read|searched/.test(action)).reverse();
}

it('is written down, each thing once though a page reads it again and again', async () => {
  const key = await support();
  await readEverything(key.key);
  await readEverything(key.key);
  const written = await readings();
  expect(written.map(({ action, targetId }) => [action, targetId])).toEqual([
    ['payload.read', eventId],
    ['answers.read', deliveryId],
    ['payloads.searched', tenant.id],
  ]);
  for (const { actor, remoteAddress } of written) {
    expect(actor).toMatchObject({ kind: 'key', id: key.id, name: 'night shift' });
    expect(remoteAddress).toContain('127.0.0.1');
  }
  expect(JSON.stringify(written)).not.toContain('iban');
});

it('is written down for each key that reads', async () => {
  await readEverything((await support()).key);
  await readEverything((await support()).key);
  expect(await readings()).toHaveLength(6);
});

it('is nothing where nothing is shown: not to keys without payload access, and not of what the operator reads', async () => {
  await readEverything((await support({ payloadAccess: false })).key);
  await readEverything(posthorn.client.key!);
  expect(await readings()).toEqual([]);
});

it('is written down when a replay is searched for, counted or begun: a number tells as much as a list', async () => {
  const client = posthorn.client.as((await support()).key);
  const filter = { tenant: tenant.id, search: 'iban' };
  const { body } = await client.request('POST', '/v1/replays', { filter, dryRun: true });
  expect(body).toEqual({ count: 0 });
  expect((await readings()).map(({ action }) => action)).toEqual(['payloads.searched']);
});

it('is written down when it goes through a portal link that support made, with the key behind it', async () => {
  const key = await support();
  const link = await portalOf(posthorn.client.as(key.key), 'read');
  await readEverything(link.body.token);
  const written = await readings();
  expect(written.map(({ action }) => action)).toEqual(['payload.read', 'answers.read', 'payloads.searched']);
  for (const { details } of written) expect(details).toEqual({ linkMadeBy: key.id });
});

it('is not written down of customers: their links are made by the product', async () => {
  const link = await portalOf(posthorn.client, 'manage');
  await readEverything(link.body.token);
  expect(await readings()).toEqual([]);
});

it('cannot be had by a portal link either, without payload access', async () => {
  const client = posthorn.client.as((await support({ payloadAccess: false })).key);
  for (const rights of ['read', 'manage'] as const) {
    expect(await portalOf(client, rights)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  }
});
