/** What lets people in, and what keeps others out: cookies, tokens, headers. Asked of the API directly. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewApiKey } from '../support/api-types.js';
import type { Reply } from '../support/client.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { waitFor } from '../support/wait-for.js';

let posthorn: TestPosthorn;
const OURS = { 'x-posthorn-console': '1' };

beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { PORTAL_FRAME_ANCESTORS: 'https://app.example.com' } });
  await posthorn.client.createTenant({ externalId: 'acme', name: 'Acme' });
  await posthorn.client.createTenant({ externalId: 'rival', name: 'Rival' });
});
afterAll(() => posthorn?.close());

async function signIn(key: string): Promise<{ reply: Reply; cookie: string }> {
  const reply = await posthorn.client.as(undefined).request('POST', '/v1/console/session', { key });
  return { reply, cookie: (reply.headers.get('set-cookie') ?? '').split(';')[0]! };
}

const asBrowser = (
  cookie: string,
  method: string,
  route: string,
  headers: Record<string, string> = {},
  body?: unknown,
) => posthorn.client.as(undefined).request(method, route, body, { cookie, ...headers });

describe('a console session', () => {
  let support: NewApiKey;
  beforeAll(async () => {
    support = await posthorn.client.createApiKey('support');
  });

  it('is a cookie that no script and no other site can use', async () => {
    const { reply } = await signIn(support.key);
    expect(reply.status).toBe(201);
    expect(reply.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    expect(reply.text).not.toContain(support.key);
  });

  it('may do what its key may, and no more', async () => {
    const { cookie } = await signIn(support.key);
    expect((await asBrowser(cookie, 'GET', '/v1/deliveries')).status).toBe(200);
    expect((await asBrowser(cookie, 'GET', '/v1/api-keys')).status).toBe(403);
  });

  it('changes nothing without the header that another site cannot send', async () => {
    const { cookie } = await signIn(support.key);
    const body = { filter: { status: 'failed' }, dryRun: true };
    expect((await asBrowser(cookie, 'POST', '/v1/replays', {}, body)).status).toBe(401);
    expect((await asBrowser(cookie, 'POST', '/v1/replays', OURS, body)).status).toBe(200);
  });

  it('ends when its key is revoked', async () => {
    const { id, key } = await posthorn.client.createApiKey('support');
    const { cookie } = await signIn(key);
    expect((await asBrowser(cookie, 'GET', '/v1/console/session')).status).toBe(200);
    await posthorn.client.request('DELETE', `/v1/api-keys/${id}`);
    await waitFor(async () => (await asBrowser(cookie, 'GET', '/v1/console/session')).status === 401, {
      timeoutMs: 3_000,
      what: 'the session to end',
    });
  });

  it('ends when it is signed out of, for a copy of its cookie too, in every process', async () => {
    const { key } = await posthorn.client.createApiKey('support');
    const [{ cookie }, { cookie: otherCookie }] = [await signIn(key), await signIn(key)];
    const other = await startTestPosthorn({ databaseUrl: posthorn.databaseUrl, env: { ROLE: 'api' } });
    try {
      const inTheOther = (shown: string) =>
        other.client.as(undefined).request('GET', '/v1/console/session', undefined, { cookie: shown });
      expect((await asBrowser(cookie, 'GET', '/v1/console/session')).status).toBe(200);
      expect((await inTheOther(cookie)).status).toBe(200);

      const signedOut = await asBrowser(cookie, 'DELETE', '/v1/console/session');
      expect(signedOut.status).toBe(204);
      expect(signedOut.headers.get('set-cookie')).toMatch(/^posthorn_console=;.*Max-Age=0/);

      expect((await asBrowser(cookie, 'GET', '/v1/console/session')).status).toBe(401);
      await waitFor(async () => (await inTheOther(cookie)).status === 401, {
        timeoutMs: 3_000,
        what: 'the session to end in the other process',
      });
      // The same key's other session, and the key, are as they were.
      expect((await asBrowser(otherCookie, 'GET', '/v1/console/session')).status).toBe(200);
      expect((await signIn(key)).reply.status).toBe(201);
      expect((await asBrowser(cookie, 'DELETE', '/v1/console/session')).status).toBe(204);
    } finally {
      await other.close();
    }
  });

  it('is refused to emitter keys, unknown keys and forged cookies', async () => {
    const emitter = await posthorn.client.createApiKey('emitter');
    expect((await signIn(emitter.key)).reply.status).toBe(403);
    expect((await signIn('no-such-key-at-all')).reply.status).toBe(401);
    expect(
      (await asBrowser('posthorn_console=eyJhbGciOiJub25lIn0.e30.', 'GET', '/v1/deliveries')).status,
    ).toBe(401);
    const { token } = await posthorn.client.createPortalSession('acme');
    expect((await asBrowser(`posthorn_console=${token}`, 'GET', '/v1/deliveries')).status).toBe(401);
  });
});

describe('a portal session', () => {
  it('reaches its own tenant, and finds no other', async () => {
    const { token } = await posthorn.client.createPortalSession('acme');
    const customer = posthorn.client.as(token);
    expect((await customer.request('GET', '/v1/tenants/acme/endpoints')).status).toBe(200);
    const routes: [string, string][] = [
      ['GET', '/v1/tenants/rival'],
      ['GET', '/v1/tenants/rival/endpoints'],
      ['GET', '/v1/tenants/rival/events'],
      ['GET', '/v1/deliveries?tenant=rival'],
    ];
    for (const [method, route] of routes) {
      expect([route, (await customer.request(method, route)).status]).toEqual([route, 404]);
    }
  });

  it('may not do what is the staff’s to do', async () => {
    const { token } = await posthorn.client.createPortalSession('acme');
    const customer = posthorn.client.as(token);
    const routes: [string, string, unknown?][] = [
      ['GET', '/v1/api-keys'],
      ['GET', '/v1/audit-log'],
      ['GET', '/v1/overview'],
      ['GET', '/v1/overview/endpoints'],
      ['GET', '/v1/tenants'],
      ['POST', '/v1/tenants/acme/events', { type: 'a', data: {} }],
      ['POST', '/v1/tenants/acme/portal-sessions', {}],
    ];
    for (const [method, route, body] of routes) {
      expect([route, (await customer.request(method, route, body)).status]).toEqual([route, 403]);
    }
  });

  it('that only reads changes nothing', async () => {
    const { token } = await posthorn.client.createPortalSession('acme', { rights: 'read' });
    const endpoint = { url: 'http://127.0.0.1:9/', eventTypes: ['*'] };
    expect(
      (await posthorn.client.as(token).request('POST', '/v1/tenants/acme/endpoints', endpoint)).status,
    ).toBe(403);
  });

  it('ends with its tenant, and when it is tampered with', async () => {
    await posthorn.client.createTenant({ externalId: 'leaver', name: 'Leaver' });
    const { token } = await posthorn.client.createPortalSession('leaver');
    const [head, , signature] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ sub: 'ten_0', rights: 'manage' })).toString('base64url');
    expect(
      (await posthorn.client.as(`${head}.${forged}.${signature}`).request('GET', '/v1/portal/session'))
        .status,
    ).toBe(401);
    await posthorn.client.deleteTenant('leaver');
    await waitFor(
      async () => (await posthorn.client.as(token).request('GET', '/v1/portal/session')).status === 401,
      {
        timeoutMs: 3_000,
        what: 'the session to end',
      },
    );
  });

  it('ends when the key that made the link is revoked', async () => {
    const { id, key } = await posthorn.client.createApiKey('admin');
    const { token } = await posthorn.client.as(key).createPortalSession('acme');
    const customer = posthorn.client.as(token);
    expect((await customer.request('GET', '/v1/portal/session')).status).toBe(200);
    await posthorn.client.request('DELETE', `/v1/api-keys/${id}`);
    await waitFor(async () => (await customer.request('GET', '/v1/portal/session')).status === 401, {
      timeoutMs: 3_000,
      what: 'the session to end',
    });
  });

  it('that manages is not for support keys to give', async () => {
    const { key } = await posthorn.client.createApiKey('support');
    const asked = (rights: string) =>
      posthorn.client.as(key).request('POST', '/v1/tenants/acme/portal-sessions', { rights });
    expect((await asked('manage')).status).toBe(403);
    expect((await asked('read')).status).toBe(201);
  });
});

describe('the console’s page', () => {
  it('allows no inline script, and no frame but the portal’s', async () => {
    const nobody = posthorn.client.as(undefined);
    const staff = await nobody.request('GET', '/console/deliveries');
    const portal = await nobody.request('GET', '/console/portal');
    const policyOf = ({ headers }: Reply) => headers.get('content-security-policy')!;
    expect(policyOf(staff)).toContain(`script-src 'self';`);
    expect(policyOf(staff)).toContain(`frame-ancestors 'none'`);
    expect(staff.headers.get('x-frame-options')).toBe('DENY');
    expect(policyOf(portal)).toContain('frame-ancestors https://app.example.com');
    expect(portal.headers.get('x-frame-options')).toBeNull();
    expect(staff.headers.get('cache-control')).toBe('no-store');
  });

  it('keeps its hashed files for ever', async () => {
    const page = await posthorn.client.as(undefined).request('GET', '/console');
    const [, script] = /src="(\/console\/assets\/[^"]+\.js)"/.exec(page.text)!;
    const asset = await posthorn.client.as(undefined).request('GET', script!);
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(
      (await posthorn.client.as(undefined).request('GET', '/console/assets/..%2findex.html')).status,
    ).toBe(404);
  });
});
