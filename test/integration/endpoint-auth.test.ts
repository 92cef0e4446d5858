/** Credentials toward a receiver: set through the API, seen at a real receiver, never seen again anywhere else. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewEndpoint, Problem, Tenant } from '../support/api-types.js';
import { queueBackends } from '../support/backends.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type ReceivedWebhook, type TestReceiver } from '../support/receiver.js';

const OAUTH2 = { type: 'oauth2', clientId: 'posthorn', clientSecret: 'the-client-secret' };

describe.each(queueBackends)('credentials, queue on $name', (backend) => {
  let posthorn: TestPosthorn;
  let receiver: TestReceiver;
  let tenant: Tenant;
  let path = 0;
  /** Of the receiver's token endpoint. */
  let tokensGiven: number;
  let accepts: (webhook: ReceivedWebhook) => boolean;

  beforeAll(async () => {
    posthorn = await startTestPosthorn({ backend });
    receiver = await startReceiver();
    tenant = await posthorn.client.createTenant();
    receiver.respondWith((webhook) => {
      if (webhook.path.startsWith('/token/broken'))
        return { status: 401, body: '{"error":"invalid_client"}' };
      if (webhook.path.startsWith('/token'))
        return { body: JSON.stringify({ access_token: `token-${++tokensGiven}`, token_type: 'Bearer' }) };
      return { status: accepts(webhook) ? 200 : 401 };
    });
  });
  afterAll(async () => {
    await posthorn.close();
    await receiver.close();
  });
  beforeEach(() => {
    tokensGiven = 0;
    accepts = () => true;
  });

  const route = (endpoint = '') => `/v1/tenants/${tenant.id}/endpoints${endpoint && `/${endpoint}`}`;
  type Answer = NewEndpoint & Problem & { auth: Record<string, unknown> | null };
  const create = (body: object) =>
    posthorn.client.request<Answer>('POST', route(), {
      url: receiver.url('/x'),
      eventTypes: ['never'],
      ...body,
    });
  const patch = (endpoint: string, body: object) =>
    posthorn.client.request<Answer>('PATCH', route(endpoint), body);

  async function endpointWith(auth: object, options: object = {}) {
    const at = `/${++path}`;
    const type = `only.for${path}`;
    const { status, body, text } = await create({
      url: receiver.url(at),
      eventTypes: [type],
      retry: { scheduleSeconds: [] },
      auth,
      ...options,
    });
    expect(status, text).toBe(201);
    const requests = () => receiver.requests.filter((request) => request.path === at);
    const deliver = async (status: 'succeeded' | 'failed' = 'succeeded') => {
      const { id } = await posthorn.client.emit(tenant.id, { type });
      const [delivery] = await posthorn.client.waitForDeliveriesOf(id);
      await posthorn.client.waitForDelivery(delivery!.id, status);
      const attempts = await posthorn.client.request<{ data: Record<string, unknown>[] }>(
        'GET',
        `/v1/deliveries/${delivery!.id}/attempts`,
      );
      return { attempts: attempts.body.data, text: attempts.text };
    };
    return { endpoint: body, at, requests, deliver };
  }

  it('sends a user name and a password, and shows neither in the log', async () => {
    const { deliver, requests } = await endpointWith({
      type: 'basic',
      username: 'ünter',
      password: 'hidden-pw:',
    });
    const { attempts, text } = await deliver();
    const header = requests()[0]!.headers['authorization']!;
    expect(Buffer.from(header.replace('Basic ', ''), 'base64').toString()).toBe('ünter:hidden-pw:');
    expect(attempts[0]!['requestHeaders']).toMatchObject({ authorization: '•••' });
    expect(text).not.toContain(header.slice(6));
  });

  it('sends a bearer token, from the next attempt on another', async () => {
    const { endpoint, deliver, requests } = await endpointWith({ type: 'bearer', token: 'first-token' });
    expect((await deliver()).text).not.toContain('first-token');
    await patch(endpoint.id, { auth: { type: 'bearer', token: 'second-token' } });
    await deliver();
    await patch(endpoint.id, { auth: null });
    await deliver();
    expect(requests().map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer first-token',
      'Bearer second-token',
      undefined,
    ]);
  });

  it('fetches an access token once, and uses it for what follows', async () => {
    const { deliver, requests } = await endpointWith({ ...OAUTH2, tokenUrl: receiver.url('/token/a') });
    const { attempts, text } = await deliver();
    await deliver();
    expect(requests().map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer token-1',
      'Bearer token-1',
    ]);
    expect(attempts[0]).toMatchObject({
      requestHeaders: { authorization: '•••' },
      timings: { tokenMs: expect.any(Number) as number },
    });
    expect(text).not.toMatch(/token-1|the-client-secret/);
  });

  it('renews a token that the receiver refuses, once, within the same attempt', async () => {
    const { deliver, requests } = await endpointWith({ ...OAUTH2, tokenUrl: receiver.url('/token/b') });
    accepts = ({ headers }) => headers['authorization'] !== 'Bearer token-1';
    const { attempts } = await deliver();
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({ statusCode: 200, errorCode: null });
    expect(requests().map(({ headers }) => [headers['authorization'], headers['webhook-signature']])).toEqual(
      [
        ['Bearer token-1', expect.any(String)],
        ['Bearer token-2', requests()[0]!.headers['webhook-signature']],
      ],
    );
    accepts = () => false;
    const refused = await deliver('failed');
    expect(refused.attempts).toMatchObject([{ statusCode: 401, errorCode: 'http_client_error' }]);
    expect(requests()).toHaveLength(4);
    expect(tokensGiven).toBe(3);
  });

  it('calls a failing token endpoint by its name, and sends nothing', async () => {
    const tokenUrl = receiver.url('/token/broken');
    const { deliver, requests } = await endpointWith({ ...OAUTH2, tokenUrl });
    const { attempts } = await deliver('failed');
    expect(attempts).toMatchObject([
      {
        statusCode: null,
        errorCode: 'auth_token_failed',
        errorMessage: 'the token endpoint answered 401 invalid_client',
      },
    ]);
    expect(requests()).toHaveLength(0);
  });

  it('tries again by the schedule when the token endpoint is back', async () => {
    const down = await startReceiver();
    down.respondWith({ status: 503 });
    const auth = { ...OAUTH2, tokenUrl: down.url('/token') };
    const { deliver, requests } = await endpointWith(auth, { retry: { scheduleSeconds: [1, 1, 1, 1, 1] } });
    const delivered = deliver();
    await down.waitFor(1);
    down.respondWith({ body: '{"access_token":"back"}' });
    const { attempts } = await delivered;
    expect(attempts.map(({ errorCode }) => errorCode)).toContain('auth_token_failed');
    expect(requests().map(({ headers }) => headers['authorization'])).toEqual(['Bearer back']);
    await down.close();
  });

  it('shows that credentials are set, and never which', async () => {
    const tokenUrl = receiver.url('/token');
    for (const auth of [
      { type: 'basic', username: 'u', password: 'pw-not-to-be-seen' },
      { type: 'bearer', token: 'pw-not-to-be-seen' },
      { ...OAUTH2, tokenUrl, clientSecret: 'pw-not-to-be-seen', scope: 's' },
    ]) {
      const { body, text } = await create({ auth });
      expect(body.auth).toMatchObject({ type: auth.type });
      const shown = [
        text,
        (await posthorn.client.request('GET', route(body.id))).text,
        (await posthorn.client.request('GET', route())).text,
        (await patch(body.id, { description: 'x' })).text,
        (await posthorn.client.request('GET', '/v1/audit-log?limit=200')).text,
      ];
      expect(shown.join()).not.toContain('pw-not-to-be-seen');
    }
    expect((await create({})).body.auth).toBeNull();
  });

  it('seals them at rest', async () => {
    const { body } = await create({ auth: { type: 'bearer', token: 'clear-text-token' } });
    const sql = new pg.Client({ connectionString: posthorn.databaseUrl });
    await sql.connect();
    const { rows } = await sql.query<{ row: string }>(
      `SELECT e::text || encode(e.auth_sealed, 'escape') AS row FROM endpoints e ORDER BY e.id DESC LIMIT 1`,
    );
    expect(rows[0]!.row).toContain('never');
    expect(rows[0]!.row).not.toContain('clear-text-token');
    await posthorn.client.deleteEndpoint(tenant.id, body.id);
    const after = await sql.query(
      `SELECT FROM endpoints WHERE deleted_at IS NOT NULL AND auth_sealed IS NOT NULL`,
    );
    expect(after.rows).toHaveLength(0);
    await sql.end();
  });

  it('keeps what a change hides, but never lets it go to another token URL', async () => {
    const tokenUrl = receiver.url('/token/c');
    const { endpoint, deliver } = await endpointWith({ ...OAUTH2, tokenUrl });
    const hidden = { ...OAUTH2, tokenUrl, clientSecret: '•••', scope: 'more' };
    expect(await patch(endpoint.id, { auth: hidden })).toMatchObject({
      status: 200,
      body: { auth: { clientSecret: '•••', scope: 'more' } },
    });
    await deliver();
    const asked = receiver.requests.findLast((request) => request.path === '/token/c')!;
    const basic = Buffer.from('posthorn:the-client-secret').toString('base64');
    expect(asked.headers['authorization']).toBe(`Basic ${basic}`);
    expect(
      await patch(endpoint.id, { auth: { ...hidden, tokenUrl: receiver.url('/token/other') } }),
    ).toMatchObject({ status: 422, body: { errors: [{ path: 'auth.clientSecret' }] } });
  });

  it.each<[object, string]>([
    [{ type: 'digest' }, 'auth.type'],
    [{}, 'auth.type'],
    [{ type: 'basic', username: 'a:b', password: 'x' }, 'auth.username'],
    [{ type: 'basic', username: 'a', password: 'x\n' }, 'auth.password'],
    [{ type: 'basic', username: 'a' }, 'auth.password'],
    [{ type: 'bearer', token: 'a b' }, 'auth.token'],
    [{ type: 'bearer', token: '•••' }, 'auth.token'],
    [{ type: 'bearer', token: 'x'.repeat(4_097) }, 'auth.token'],
    [{ ...OAUTH2 }, 'auth.tokenUrl'],
    [{ ...OAUTH2, tokenUrl: 'https://169.254.169.254/token' }, 'auth.tokenUrl'],
    [{ ...OAUTH2, tokenUrl: 'https://user:pw@example.com/' }, 'auth.tokenUrl'],
  ])('refuses %j for %s', async (auth, path) => {
    const { status, body } = await create({ auth });
    expect([status, body.errors?.map((problem) => problem.path)]).toEqual([
      422,
      expect.arrayContaining([path]),
    ]);
  });

  it('refuses two headers authorization, whichever comes second', async () => {
    const auth = { type: 'bearer', token: 't' };
    const headers = { Authorization: 'mine' };
    const refusal = { status: 422, body: { errors: [{ path: 'auth' }] } };
    expect(await create({ auth, headers })).toMatchObject(refusal);
    const { body } = await create({ headers });
    expect(await patch(body.id, { auth })).toMatchObject(refusal);
  });
});
