/** Changing the key that seals secrets, while Posthorn runs and after it was interrupted. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { rotateEncryptionKey } from '../../src/cli/rotate-encryption-key.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';

const OLD = Buffer.alloc(32, 'old').toString('base64');
const NEW = Buffer.alloc(32, 'new').toString('base64');
const SEALED = {
  headers: { 'x-key': 'of-the-receiver' },
  auth: { type: 'bearer', token: 'of-the-receiver' },
  tls: { ca: readFileSync('test/fixtures/tls/authority.pem', 'utf8') },
};

let posthorn: TestPosthorn;
let sql: pg.Client;

beforeAll(async () => {
  // As during a rotation: the old key still seals, the new one is known.
  posthorn = await startTestPosthorn({ env: { ROLE: 'api', ENCRYPTION_KEY: `${OLD},${NEW}` } });
  sql = new pg.Client({ connectionString: posthorn.databaseUrl });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await posthorn.close();
});

let tenant: string;
let endpoint: { id: string; secret: string };
beforeEach(async () => {
  ({ id: tenant } = await posthorn.client.createTenant());
  endpoint = await posthorn.client.createEndpoint(tenant, {
    url: 'https://example.com/hooks',
    ...SEALED,
  });
});

async function rotate(key: string): Promise<{ status: number; said: string }> {
  const lines: string[] = [];
  const env = { DATABASE_URL: posthorn.databaseUrl, ENCRYPTION_KEY: key };
  const status = await rotateEncryptionKey(env, (line) => lines.push(line));
  return { status, said: lines.join('\n') };
}

const secretOf = async (client = posthorn.client) => {
  const path = `/v1/tenants/${tenant}/endpoints/${endpoint.id}/secret`;
  return (await client.request<{ secret: string }>('GET', path)).body.secret;
};

it('leaves every secret, header and credential as it was, readable with the new key alone', async () => {
  expect(await rotate(`${NEW},${OLD}`)).toMatchObject({ status: 0 });
  expect(await secretOf()).toBe(endpoint.secret);
  const after = await startTestPosthorn({
    databaseUrl: posthorn.databaseUrl,
    env: { ROLE: 'api', ENCRYPTION_KEY: NEW },
  });
  try {
    expect(await secretOf(after.client)).toBe(endpoint.secret);
    const shown = await after.client.request('GET', `/v1/tenants/${tenant}/endpoints/${endpoint.id}`);
    expect(shown.status).toBe(200); // what is sealed in it has been opened, to show names and types
  } finally {
    await after.close();
  }
});

it('finds nothing to do when it is run again', async () => {
  await rotate(`${NEW},${OLD}`);
  const { status, said } = await rotate(`${NEW},${OLD}`);
  expect([status, said]).toEqual([0, expect.stringContaining('endpoint secrets: 0 sealed anew, 0 left')]);
});

it('passes over what somebody has locked, says so, and finishes the next time', async () => {
  await sql.query('BEGIN');
  await sql.query(
    'SELECT 1 FROM endpoint_secrets WHERE tenant_id = (SELECT tenant_id FROM endpoints ORDER BY id DESC LIMIT 1) FOR UPDATE',
  );
  try {
    const { status, said } = await rotate(`${NEW},${OLD}`);
    expect([status, said]).toEqual([1, expect.stringMatching(/endpoint secrets: \d+ sealed anew, 1 left/)]);
  } finally {
    await sql.query('ROLLBACK');
  }
  expect((await rotate(`${NEW},${OLD}`)).status).toBe(0);
  expect(await secretOf()).toBe(endpoint.secret);
});

it('stops at what it cannot open, and changes nothing of it', async () => {
  const stranger = Buffer.alloc(32, 'stranger').toString('base64');
  const { status, said } = await rotate(stranger);
  expect([status, said]).toEqual([1, expect.stringContaining('which ENCRYPTION_KEY does not hold')]);
  expect(await secretOf()).toBe(endpoint.secret);
});

it('says what is missing', async () => {
  const lines: string[] = [];
  expect(await rotateEncryptionKey({ DATABASE_URL: posthorn.databaseUrl }, (line) => lines.push(line))).toBe(
    1,
  );
  expect(lines.join()).toContain('ENCRYPTION_KEY is not set');
});
