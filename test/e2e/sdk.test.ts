/**
 * The SDK as its users have it: its examples run as programs of their own, built, against a real Posthorn; and its client
 * against servers that fail in the ways that servers fail.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../dev/free-port.js';
import {
  ConnectionError,
  Posthorn,
  RefusedError,
  verifyWebhook,
  WebhookVerificationError,
} from '../../sdk/src/index.js';
import { ADMIN_KEY } from '../support/environment.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

describe('against Posthorn', () => {
  let posthorn: TestPosthorn;
  let sdk: Posthorn;
  let receiver: TestReceiver;
  let examples: Example[] = [];

  beforeAll(async () => {
    [posthorn, receiver] = await Promise.all([startTestPosthorn(), startReceiver()]);
    sdk = new Posthorn({ url: posthorn.url, apiKey: ADMIN_KEY });
  });
  afterAll(async () => {
    await posthorn.close();
    await receiver.close();
  });
  afterEach(() => {
    receiver.respondWith({ status: 200 });
    for (const { child } of examples) child.kill('SIGKILL');
    examples = [];
  });

  function run(example: string, env: Record<string, string>): Example {
    const started = startExample(example, {
      POSTHORN_URL: posthorn.url,
      POSTHORN_API_KEY: ADMIN_KEY,
      ...env,
    });
    examples.push(started);
    return started;
  }

  it('emits, and verifies in a server what comes of it, once although it is emitted twice', async () => {
    const tenant = await sdk.tenants.create({ name: 'Acme' });
    const port = await freePort();
    const endpoint = await sdk.endpoints.create(tenant.id, {
      url: `http://127.0.0.1:${port}/`,
      eventTypes: ['invoice.*'],
    });
    const server = run('receive', { ENDPOINT_SECRET: endpoint.secret, PORT: String(port) });
    await waitFor(() => server.lines.includes(`Listening on ${port}`), { what: 'the example to listen' });

    for (let time = 0; time < 2; time++) {
      const emitting = run('emit', { TENANT: tenant.id });
      expect(await emitting.ended).toBe(0);
      expect(emitting.lines).toEqual([expect.stringMatching(/^evt_\w{32} is owed to 1 endpoints$/)]);
    }
    const [event] = await sdk.events.list(tenant.id).take(10);
    const [delivery] = await sdk.deliveries.list({ tenant: tenant.id }).take(10);
    await posthorn.client.waitForDelivery(delivery!.id, 'succeeded');
    expect(server.lines.slice(1)).toEqual([`${event!.id} invoice.paid {"id":"in_4711","amount":12500}`]);

    const forged = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' });
    expect(forged.status).toBe(400);
  });

  it('reads through the pages of what failed, and replays it', async () => {
    const tenant = await sdk.tenants.create({ name: 'Acme' });
    receiver.respondWith({ status: 500 });
    await sdk.endpoints.create(tenant.id, {
      url: receiver.url('/failing'),
      eventTypes: ['*'],
      retry: { scheduleSeconds: [] },
    });
    for (let n = 0; n < 5; n++) await sdk.events.emit(tenant.id, { type: 'ping', data: n });
    await waitFor(
      async () => (await sdk.deliveries.list({ tenant: tenant.id, status: 'failed' }).take(10)).length === 5,
      { what: 'five deliveries to fail' },
    );
    receiver.respondWith({ status: 200 });
    const replaying = run('replay-failures', { TENANT: tenant.id });
    expect(await replaying.ended).toBe(0);
    expect(replaying.lines).toEqual([
      '5 failed with http_server_error',
      expect.stringMatching(/^rpl_\w{32} completed: 5 replayed$/),
    ]);
  });

  it('broadcasts to many, and waits until they have it', async () => {
    const tenants = await Promise.all(['a', 'b'].map((name) => sdk.tenants.create({ name })));
    const { id } = await sdk.broadcasts.create({
      type: 'terms.changed',
      data: { version: 7 },
      tenants: tenants.map((tenant) => tenant.id),
    });
    expect(await sdk.broadcasts.untilDone(id, 100)).toMatchObject({ status: 'completed', emitted: 2 });
    await expect(sdk.broadcasts.cancel(id)).rejects.toMatchObject({ code: 'broadcast_not_running' });
    expect(await sdk.broadcasts.list({ status: 'completed' }).take(1)).toMatchObject([{ id }]);
  });

  it('takes back what was to be sent later', async () => {
    const tenant = await sdk.tenants.create({ name: 'Acme' });
    await sdk.endpoints.create(tenant.id, { url: receiver.url('/later'), eventTypes: ['*'] });
    const deliverAt = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await sdk.events.emit(tenant.id, { type: 'trial.ended', data: 1, deliverAt });
    expect(await sdk.events.cancel(tenant.id, id)).toBe(1);
    expect(await sdk.events.cancel(tenant.id, id)).toBe(0);
  });

  it('says the code of a refusal, and which fields are wrong', async () => {
    const unknown = sdk.tenants.get('nobody');
    await expect(unknown).rejects.toMatchObject({
      name: 'RefusedError',
      status: 404,
      code: 'tenant_not_found',
    });
    await expect(sdk.tenants.create({ name: '' })).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [expect.objectContaining({ path: 'name' }) as unknown],
    });
    const stranger = new Posthorn({ url: posthorn.url, apiKey: 'not-a-key' });
    await expect(stranger.tenants.get('nobody')).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('reads a list to its end, and no further than it is asked to', async () => {
    const tenant = await sdk.tenants.create({ name: 'Acme' });
    await sdk.events.emitBatch(
      tenant.id,
      Array.from({ length: 5 }, (_, index) => ({ type: 'ping', data: index, id: `ping-${index}` })),
    );
    const sizes: number[] = [];
    for await (const page of sdk.events.list(tenant.id, { limit: 2 }).pages()) sizes.push(page.data.length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(5);
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    const taken = await sdk.events.list(tenant.id, { limit: 2 }).take(3);
    expect(taken.map(({ externalId }) => externalId)).toEqual(['ping-4', 'ping-3', 'ping-2']);
  });

  it('works with a portal’s token, within its rights', async () => {
    const [one, other] = [
      await sdk.tenants.create({ name: 'One' }),
      await sdk.tenants.create({ name: 'Other' }),
    ];
    const { token } = await sdk.portalSessions.create(one.id);
    const customer = new Posthorn({ url: posthorn.url, apiKey: token });
    expect(await customer.endpoints.list(one.id).take(5)).toEqual([]);
    await expect(customer.endpoints.list(other.id).take(5)).rejects.toMatchObject({ status: 404 });
  });
});

describe('against a server that has its troubles', () => {
  let faulty: FaultyServer;
  afterEach(() => faulty.close());

  function clientOf({ url }: FaultyServer, waits: number[] = []): Posthorn {
    const sleep = async (ms: number) => void waits.push(ms);
    return new Posthorn({ url, apiKey: 'key', retry: { sleep, timeoutMs: 2_000 } });
  }

  it('emits again with the same idempotency key, no earlier than Retry-After says', async () => {
    faulty = await startFaultyServer([
      (response) => response.writeHead(503, { 'retry-after': '7' }).end(),
      (response) => response.destroy(),
      (response) => response.writeHead(429, { 'retry-after': '3' }).end(),
      (response) => answerJson(response, 202, { id: 'evt_1' }),
    ]);
    const waits: number[] = [];
    const emitted = await clientOf(faulty, waits).events.emit('acme', { type: 'ping', data: { n: 1 } });
    expect(emitted.id).toBe('evt_1');
    const keys = faulty.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
    expect(new Set(faulty.bodies)).toEqual(new Set(['{"type":"ping","data":{"n":1}}']));
    expect(waits[0]).toBe(7_000);
    expect(waits[1]).toBeLessThanOrEqual(1_000);
    expect(waits[2]).toBe(3_000);
  });

  it('does not repeat what might be done twice', async () => {
    faulty = await startFaultyServer([(response) => response.destroy()]);
    const created = clientOf(faulty).tenants.create({ name: 'Acme' });
    await expect(created).rejects.toBeInstanceOf(ConnectionError);
    expect(faulty.requests).toHaveLength(1);
    await faulty.close();

    faulty = await startFaultyServer([(response) => response.writeHead(503).end('down')]);
    await expect(clientOf(faulty).tenants.create({ name: 'Acme' })).rejects.toMatchObject({ status: 503 });
    expect(faulty.requests).toHaveLength(1);
  });

  it('gives up after five tries, and at once when it would have to wait too long', async () => {
    faulty = await startFaultyServer([(response) => response.writeHead(503).end('down')]);
    const refused = clientOf(faulty).tenants.get('acme');
    await expect(refused).rejects.toMatchObject({ status: 503, code: 'unexpected_answer' });
    expect(faulty.requests).toHaveLength(5);
    await faulty.close();

    faulty = await startFaultyServer([
      (response) => response.writeHead(429, { 'retry-after': '3600' }).end(),
    ]);
    const limited = clientOf(faulty).tenants.get('acme');
    await expect(limited).rejects.toMatchObject({ status: 429, retryAfterSeconds: 3_600 });
    expect(faulty.requests).toHaveLength(1);
  });

  it('does not wait for ever for an answer', async () => {
    faulty = await startFaultyServer([() => {}]);
    const impatient = new Posthorn({
      url: faulty.url,
      apiKey: 'key',
      retry: { timeoutMs: 100, triesMax: 2, sleep: async () => {} },
    });
    await expect(impatient.tenants.get('acme')).rejects.toThrow(/timeout/);
    expect(faulty.requests).toHaveLength(2);
  });

  it('takes its key nowhere else', async () => {
    faulty = await startFaultyServer([
      (response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
    ]);
    const redirected = new Posthorn({ url: faulty.url, apiKey: 'key', retry: { triesMax: 1 } }).tenants.get(
      'acme',
    );
    await expect(redirected).rejects.toThrow(/redirect/);
  });
});

describe('verifyWebhook', () => {
  const secret = `whsec_${Buffer.alloc(32, 's').toString('base64')}`;

  it('refuses a body that is not what was signed, an old one, and one without signature', async () => {
    const { Webhook } = await import('standardwebhooks');
    const body = '{"type":"ping","timestamp":"2026-11-21T09:30:00Z","data":1}';
    const signedAt = (at: Date) => ({
      'Webhook-Id': 'evt_1',
      'Webhook-Timestamp': String(Math.floor(at.getTime() / 1_000)),
      'Webhook-Signature': new Webhook(secret).sign('evt_1', at, body),
    });
    const fresh = signedAt(new Date());
    expect(verifyWebhook(body, fresh, secret)).toEqual({ id: 'evt_1', body: JSON.parse(body) as unknown });
    expect(verifyWebhook(Buffer.from(body), new Headers(fresh), secret).id).toBe('evt_1');
    expect(() => verifyWebhook(`${body} `, fresh, secret)).toThrow(WebhookVerificationError);
    expect(() => verifyWebhook(body, signedAt(new Date(Date.now() - 600_000)), secret)).toThrow(
      WebhookVerificationError,
    );
    expect(() => verifyWebhook(body, {}, secret)).toThrow(WebhookVerificationError);
  });
});

it('knows a refusal from its kin', () => {
  const refused = new RefusedError(new Response(null, { status: 502 }), undefined, undefined);
  expect(refused).toMatchObject({ status: 502, code: 'unexpected_answer', errors: [] });
});

interface Example {
  child: ChildProcess;
  /** What it printed. */
  lines: string[];
  /** Its exit status. */
  ended: Promise<number | null>;
}

function startExample(name: string, env: Record<string, string>): Example {
  const child = spawn(process.execPath, [`sdk/dist/examples/${name}.js`], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  return { child, lines, ended: once(child, 'close').then(([status]) => status as number | null) };
}

type Answer = (response: ServerResponse) => unknown;

interface FaultyServer {
  url: string;
  requests: IncomingMessage[];
  bodies: string[];
  close(): Promise<void>;
}

/** Answers one request after the other as it is told to; the last answer is repeated. */
async function startFaultyServer(answers: Answer[]): Promise<FaultyServer> {
  const requests: IncomingMessage[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const answer = answers[Math.min(requests.length, answers.length) - 1]!;
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(body);
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    bodies,
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
