/** One token for many attempts: when it is fetched, when it is not, and for how long a caller waits. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessTokens } from '../../src/dispatcher/access-tokens.js';
import { AddressPolicy } from '../../src/egress/address-policy.js';
import { type Egress } from '../../src/egress/egress.js';
import { egressForTests } from '../support/egress-for-tests.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';

let server: TestReceiver;
let egress: Egress;
let tokens: AccessTokens;
let given: number;
let lifeSeconds: number;

const client = () => ({
  type: 'oauth2' as const,
  tokenUrl: server.url('/token'),
  clientId: 'id with spaces',
  clientSecret: 'a:b&c',
  scope: 'one two',
  audience: 'https://api.example.com/',
});

beforeAll(async () => {
  server = await startReceiver();
  egress = egressForTests();
});
afterAll(async () => {
  await egress.close();
  await server.close();
});
beforeEach(() => {
  given = 0;
  lifeSeconds = 3_600;
  tokens = new AccessTokens(client(), 'Posthorn/test');
  server.respondWith(() => ({
    body: JSON.stringify({ access_token: `t${++given}`, token_type: 'Bearer', expires_in: lifeSeconds }),
    delayMs: 20,
  }));
});

const get = (refused?: string, timeoutMs = 5_000) => tokens.get(egress, timeoutMs, refused);
const token = (value: string) => ({ kind: 'token', value });

describe('a token', () => {
  it('is asked for as RFC 6749 says', async () => {
    await get();
    const { method, headers, body } = server.requests.at(-1)!;
    const [, credentials] = headers['authorization']!.split(' ');
    expect(Buffer.from(credentials!, 'base64').toString()).toBe('id+with+spaces:a%3Ab%26c');
    expect(method).toBe('POST');
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(body.toString()))).toEqual({
      grant_type: 'client_credentials',
      scope: 'one two',
      audience: 'https://api.example.com/',
    });
  });

  it('is fetched once for a hundred that wait, and kept', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => get()));
    expect(all).toEqual(Array.from({ length: 100 }, () => token('t1')));
    expect(await get()).toEqual(token('t1'));
    expect(given).toBe(1);
  });

  it('is fetched anew when it is about to expire', async () => {
    lifeSeconds = 0.2;
    expect(await get()).toEqual(token('t1'));
    await expect.poll(() => get(), { timeout: 2_000 }).toEqual(token('t2'));
  });

  it('that was refused is replaced once, for all whom it was refused to', async () => {
    await get();
    const all = await Promise.all(Array.from({ length: 20 }, () => get('t1')));
    expect(new Set(all.map((answer) => answer.kind === 'token' && answer.value))).toEqual(new Set(['t2']));
    expect(await get('t1')).toEqual(token('t2'));
    expect(given).toBe(2);
  });
});

describe('a token endpoint', () => {
  it('that fails gives a code, and is asked again by the next', async () => {
    server.respondWith({ status: 503, body: 'no' });
    const problem = { kind: 'error', code: 'auth_token_failed', message: 'the token endpoint answered 503' };
    expect(await get()).toMatchObject(problem);
    server.respondWith({ body: '{"access_token":"later"}' });
    expect(await get()).toEqual(token('later'));
  });

  it('that hangs holds nobody for longer than the caller’s own time', async () => {
    server.respondWith('hang');
    expect(await get(undefined, 50)).toMatchObject({
      code: 'auth_token_failed',
      message: 'no token within the endpoint’s timeout',
    });
  });

  it('at a private address is not asked', async () => {
    const strict = egressForTests({ addressPolicy: new AddressPolicy({ allowedSubnets: [] }) });
    const before = server.requests.length;
    expect(await tokens.get(strict, 1_000)).toMatchObject({
      code: 'auth_token_failed',
      message: expect.stringContaining('address_blocked') as string,
    });
    expect(server.requests).toHaveLength(before);
    await strict.close();
  });

  it('behind our proxy that is down is our failure, not the customer’s', async () => {
    const proxied = egressForTests({ proxyUrl: 'http://127.0.0.1:9/' });
    expect(await tokens.get(proxied, 1_000)).toMatchObject({ code: 'proxy_failed' });
    await proxied.close();
  });
});
