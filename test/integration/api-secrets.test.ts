/** Signing secrets over real HTTP: given, shown, rotated, and every reading written down. */
import { calculateJwkThumbprint, type JWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewEndpoint, Problem, Tenant } from '../support/api-types.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';

interface Shown {
  secret: string;
  publicKey: string | null;
  expiresAt: string | null;
  old: { secret: string; expiresAt: string }[];
}

let posthorn: TestPosthorn;
let tenant: Tenant;
let endpoint: NewEndpoint;
beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { ROLE: 'api' } });
});
afterAll(() => posthorn.close());
beforeEach(async () => {
  tenant = await posthorn.client.createTenant();
  endpoint = await posthorn.client.createEndpoint(tenant.id, { url: 'http://127.0.0.1:9/' });
});

const path = () => `/v1/tenants/${tenant.id}/endpoints/${endpoint.id}/secret`;
const show = async () => (await posthorn.client.request<Shown>('GET', path())).body;
const rotate = (body?: unknown) => posthorn.client.request<Shown & Problem>('POST', `${path()}/rotate`, body);

describe('a rotation', () => {
  it('makes a new secret and lets the old one sign for a day', async () => {
    const { status, body } = await rotate();
    expect(status).toBe(200);
    expect(body.secret).not.toBe(endpoint.secret);
    const shown = await show();
    expect(shown).toMatchObject({ secret: body.secret, expiresAt: null, old: [{ secret: endpoint.secret }] });
    expect(secondsFromNow(shown.old[0]!.expiresAt)).toBeCloseTo(86_400, -2);
  });

  it('may end every older secret at once', async () => {
    await rotate({ expireOldAfterSeconds: 600 });
    const { body } = await rotate({ expireOldAfterSeconds: 0 });
    expect(await show()).toMatchObject({ secret: body.secret, old: [] });
  });

  it('shortens what an earlier one left to older secrets, and never prolongs it', async () => {
    await rotate({ expireOldAfterSeconds: 600 });
    await rotate({ expireOldAfterSeconds: 604_800 });
    const { old } = await show();
    const left = old.map(({ expiresAt }) => Math.round(secondsFromNow(expiresAt) / 100) * 100);
    expect(left.sort((a, b) => a - b)).toEqual([600, 604_800]);
  });

  it('takes a secret of the customer’s own', async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    expect((await rotate({ secret })).body.secret).toBe(secret);
    expect((await show()).secret).toBe(secret);
  });

  it('is refused while too many secrets are live, until some are let go', async () => {
    for (let i = 0; i < 4; i++) expect((await rotate()).status).toBe(200);
    expect(await rotate()).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await rotate({ expireOldAfterSeconds: 0 })).status).toBe(200);
  });

  it.each([
    { expireOldAfterSeconds: -1 },
    { expireOldAfterSeconds: 604_801 },
    { expireOldAfterSeconds: '60' },
    { secret: 'whsec_!' },
    { secret: `whsec_${Buffer.alloc(23).toString('base64')}` },
    { secret: `whsec_${Buffer.alloc(65).toString('base64')}` },
    { secret: `whsk_${Buffer.alloc(32).toString('base64')}` },
    { old: true },
  ])('is refused with %j', async (body) => {
    expect(await rotate(body)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    expect((await show()).secret).toBe(endpoint.secret);
  });
});

describe('an ed25519 endpoint', () => {
  it('has a key pair, whose public half receivers are given', async () => {
    endpoint = await posthorn.client.createEndpoint(tenant.id, {
      url: 'http://127.0.0.1:9/',
      signing: 'ed25519',
    });
    const { secret, publicKey } = await show();
    expect(secret).toMatch(/^whsk_/);
    const pair = Buffer.from(secret.slice(5), 'base64');
    expect(pair).toHaveLength(64);
    expect(publicKey).toBe(`whpk_${pair.subarray(32).toString('base64')}`);
  });

  it('that was an HMAC one before signs with both for a while', async () => {
    await posthorn.client.updateEndpoint(tenant.id, endpoint.id, { signing: 'ed25519' });
    const shown = await show();
    expect(shown.secret).toMatch(/^whsk_/);
    expect(shown.old.map(({ secret }) => secret)).toEqual([endpoint.secret]);
  });
});

describe('a reading', () => {
  it('is in the audit log, without the secret', async () => {
    await show();
    const { body, text } = await posthorn.client.request<{
      data: { action: string; targetId: string; actor: object }[];
    }>('GET', `/v1/audit-log?tenant=${tenant.id}&action=secret.read`);
    expect(body.data).toMatchObject([
      { action: 'secret.read', targetId: endpoint.id, actor: { kind: 'key' } },
    ]);
    expect(text).not.toContain('whsec_');
  });

  it('is not for support', async () => {
    const { key } = await posthorn.client.createApiKey('support');
    expect(await posthorn.client.as(key).request('GET', path())).toMatchObject({ status: 403 });
  });
});

function secondsFromNow(instant: string): number {
  return (Date.parse(instant) - Date.now()) / 1000;
}

describe('the key set', () => {
  const keySet = async (of: NewEndpoint) =>
    (
      await posthorn.client.request<{ keys: (JWK & { x: string })[] }>(
        'GET',
        `/v1/tenants/${tenant.id}/endpoints/${of.id}/jwks.json`,
      )
    ).body.keys;
  const publicKey = ({ x }: { x: string }) => `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;

  it('has every public key that signs, as JOSE libraries take it, and nothing that is secret', async () => {
    endpoint = await posthorn.client.createEndpoint(tenant.id, {
      url: 'http://127.0.0.1:9/',
      signing: 'ed25519',
    });
    const before = await show();
    const { body: rotated } = await rotate();
    const keys = await keySet(endpoint);
    expect(keys.map(publicKey)).toEqual([rotated.publicKey, before.publicKey]);
    for (const key of keys) {
      expect(key).toEqual({
        kty: 'OKP',
        crv: 'Ed25519',
        use: 'sig',
        alg: 'EdDSA',
        x: key.x,
        kid: await calculateJwkThumbprint(key),
      });
    }
  });

  it('is empty for HMAC, whose secrets are nobody else’s', async () => {
    expect(await keySet(endpoint)).toEqual([]);
  });
});
