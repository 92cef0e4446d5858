/**
 * A real run of Posthorn in a process of its own, at its most talkative, with attempts that succeed and fail; then a look
 * through everything that it leaves lying about. What is secret, and what customers send, is in none of it.
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewApiKey } from '../support/api-types.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ADMIN_KEY } from '../support/environment.js';
import { startPosthornProcess, type PosthornProcess } from '../support/process.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

const PAYLOAD = 'the-payload-of-a-customer';
const HEADER_VALUE = 'the-value-of-a-custom-header';
const CREDENTIAL = 'the-token-that-authenticates-us';
const PASSWORD = 'the-password-toward-a-receiver';
const CLIENT_SECRET = 'the-secret-toward-a-token-server';
/** A line from within the key. */
const CLIENT_KEY_LINE = testPem('client.key').split('\n')[2]!;
const SEARCHED = 'payload-of-a-cust';

let database: TestDatabase;
let receiver: TestReceiver;
let api: PosthornProcess;
let dispatcher: PosthornProcess;
/** What must not be found, by what it is. */
let secrets: Record<string, string>;
/** Where it is looked for, by what it is. */
const places: Record<string, string> = {};

beforeAll(async () => {
  [database, receiver] = await Promise.all([createTestDatabase(), startReceiver()]);
  const installation = {
    databaseUrl: database.url,
    backend: { name: 'postgres' as const },
    env: { LOG_LEVEL: 'trace', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url('/collector') },
  };
  api = await startPosthornProcess({ ...installation, role: 'api' });
  const { client } = api;
  receiver.respondWith((webhook) =>
    webhook.path === '/fails' ? { status: 500, body: 'no' } : { status: 200 },
  );

  const { id: tenant } = await client.createTenant({ externalId: 'quiet' });
  const { body: key } = await client.request<NewApiKey>('POST', '/v1/api-keys', {
    name: 'k',
    role: 'support',
  });
  const { token } = await client.createPortalSession(tenant);
  const headers = { 'x-receiver-token': HEADER_VALUE };
  const auth = { type: 'bearer', token: CREDENTIAL };
  const works = await client.createEndpoint(tenant, { url: receiver.url('/works'), headers, auth });
  const fails = await client.createEndpoint(tenant, { url: receiver.url('/fails'), headers, auth });
  const tls = { clientCertificate: testPem('client'), clientKey: testPem('client.key') };
  const tokenUrl = receiver.url('/token');
  for (const kept of [
    { tls, auth: { type: 'basic', username: 'u', password: PASSWORD } },
    { auth: { type: 'oauth2', tokenUrl, clientId: 'c', clientSecret: CLIENT_SECRET } },
  ]) {
    await client.createEndpoint(tenant, { url: 'https://127.0.0.1:1/', ...kept });
  }
  const event = await client.emit(tenant, { data: { note: PAYLOAD } });
  const deliveries = await client.waitForDeliveriesOf(event.id, 4);
  // Before anybody takes the jobs, which are gone once they are taken.
  places['job data'] = await waitFor(
    async () => {
      const text = await queueTables();
      return text.includes('references') && text;
    },
    { what: 'the jobs to be enqueued' },
  );
  dispatcher = await startPosthornProcess({ ...installation, role: 'dispatcher' });
  await receiver.waitFor(2);
  await waitFor(
    async () =>
      (await Promise.all(deliveries.map(({ id }) => client.attempts(id)))).every(({ length }) => length > 0),
    { what: 'every attempt to be logged' },
  );
  secrets = {
    'the secret of the endpoint that works': works.secret.replace('whsec_', ''),
    'the secret of the endpoint that fails': fails.secret.replace('whsec_', ''),
    'the value of a custom header': HEADER_VALUE,
    'a credential toward the receiver': CREDENTIAL,
    'a password toward a receiver': PASSWORD,
    'a password toward a receiver, as it is sent': Buffer.from(`u:${PASSWORD}`).toString('base64'),
    'a secret toward a token server': CLIENT_SECRET,
    'a secret toward a token server, as it is sent': Buffer.from(`c:${CLIENT_SECRET}`).toString('base64'),
    'a client key': CLIENT_KEY_LINE,
    'an API key': key.key,
    'the admin key': ADMIN_KEY,
    'a portal token': token,
    'the payload': PAYLOAD,
  };

  await client.request('GET', `/v1/deliveries?search=${SEARCHED}`);
  await client.as(key.key).request('GET', '/v1/tenants');
  await client.as(token).request('GET', '/v1/deliveries');
  // Refusals of requests that hold all of it.
  const told = [
    await client.request('POST', `/v1/tenants/${tenant}/events`, {
      type: 'a b',
      data: PAYLOAD,
    }),
    await client.request('POST', `/v1/tenants/${tenant}/events`, `{"type":"a.b","data":"${PAYLOAD}`),
    await client.request('POST', `/v1/tenants/${tenant}/endpoints`, {
      url: 'https://example.com/',
      eventTypes: ['*'],
      secret: 'whsec_short',
      headers: { host: HEADER_VALUE },
    }),
    await client.as(`${key.key}x`).request('GET', '/v1/tenants'),
    await client.as(`${token}x`).request('GET', '/v1/deliveries'),
    await client.as(key.key).request('POST', '/v1/api-keys', {}),
  ];
  expect(told.map(({ status }) => status)).toEqual([422, 400, 422, 401, 401, 403]);
  places['error answers'] = told.map(({ text }) => text).join('\n');
  const attempts = await Promise.all(
    deliveries.map(({ id }) => client.request('GET', `/v1/deliveries/${id}/attempts`)),
  );
  places['the attempt log'] = attempts.map(({ text }) => text).join('\n');
  expect(places['the attempt log']).toContain('x-receiver-token');
  places['deliveries'] = (await client.request('GET', '/v1/deliveries')).text;
  places['endpoints'] = (await client.request('GET', `/v1/tenants/${tenant}/endpoints`)).text;
  places['the audit log'] = (await client.request('GET', '/v1/audit-log?limit=200')).text;
  places['metrics'] = (await client.request('GET', '/metrics')).text;
  places['readiness'] = (await client.request('GET', '/readyz')).text;

  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  const kept = await sql.query<{ text: string }>(
    `SELECT k::text AS text FROM api_keys k UNION ALL SELECT s::text FROM endpoint_secrets s UNION ALL
     SELECT e::text FROM endpoints e UNION ALL SELECT a::text FROM attempts a UNION ALL SELECT a::text FROM audit_log a`,
  );
  places['tables other than events'] = kept.rows.map(({ text }) => text).join('\n');
  await sql.end();

  // What is left of them goes out when a process stops.
  await Promise.all([api.stop(), dispatcher.stop()]);
  const exported = receiver.requests.filter(({ path }) => path === '/collector/v1/traces');
  places['traces'] = exported.map(({ body }) => body).join('\n');
  expect(places['traces']).toContain('posthorn.delivery_id');
  places['the log'] = [...api.logs, ...dispatcher.logs].join('\n');
  expect(places['the log']).toContain('request.completed');
});
afterAll(async () => {
  await Promise.all([api?.stop(), dispatcher?.stop()]);
  await receiver.close();
  await database.drop();
});

describe.each([
  'the log',
  'job data',
  'the attempt log',
  'error answers',
  'deliveries',
  'endpoints',
  'the audit log',
  'metrics',
  'traces',
  'readiness',
  'tables other than events',
])('%s', (place) => {
  it('holds no secret and no payload', () => {
    const text = places[place]!;
    expect(text.length).toBeGreaterThan(0);
    const found = Object.entries(secrets).filter(([, secret]) => text.includes(secret));
    expect(found.map(([what]) => what)).toEqual([]);
  });
});

it('the log has no search in payloads either', () => {
  expect(places['the log']).not.toContain(SEARCHED);
});

function testPem(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');
}

async function queueTables(): Promise<string> {
  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  const { rows } = await sql.query<{ text: string }>(
    `SELECT query_to_xml(format('SELECT * FROM %I.%I', schemaname, tablename), true, false, '')::text AS text
       FROM pg_tables WHERE schemaname LIKE '%queue'`,
  );
  await sql.end();
  return rows.map(({ text }) => text).join('\n');
}
