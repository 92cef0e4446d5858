/**
 * `posthorn listen` as a developer has it: the program itself, a local server, and what the ledger says of it; also with
 * the dispatcher in another process than the API, and with developers who walk away.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { freePort } from '../../dev/free-port.js';
import { run } from '../../src/cli/posthorn.js';
import { Database } from '../../src/store/database.js';
import { endLapsedListeners } from '../../src/upkeep/listeners.js';
import { DatabaseClock } from '../../src/store/clock.js';
import { log } from '../../src/telemetry/log.js';
import { createTestDatabase } from '../support/database.js';
import { ADMIN_KEY } from '../support/environment.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startPosthornProcess } from '../support/process.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';
import { startWayTo } from '../support/way.js';
import type { Endpoint, Listener } from '../support/api-types.js';

interface RunningCommand {
  lines: string[];
  /** Ctrl-C. @returns the exit status */
  interrupt(): Promise<number>;
  status: Promise<number>;
}

let running: RunningCommand[] = [];

function posthorn(url: string, key: string, ...args: string[]): RunningCommand {
  const lines: string[] = [];
  const interrupted = new AbortController();
  const env = { POSTHORN_URL: url, POSTHORN_API_KEY: key };
  const status = run(
    args,
    env,
    (line) => lines.push(...line.split('\n')),
    () => interrupted.signal,
  );
  const command = {
    lines,
    status,
    interrupt: () => {
      interrupted.abort();
      return status;
    },
  };
  running.push(command);
  return command;
}

afterEach(async () => {
  await Promise.all(running.map((command) => command.interrupt()));
  running = [];
});

const until = (command: RunningCommand, pattern: RegExp) =>
  waitFor(() => command.lines.find((line) => pattern.test(line)), {
    what: `${pattern} in what was printed`,
  });

const secretOf = async (command: RunningCommand): Promise<string> =>
  (await until(command, /^Signed with/)).replace('Signed with ', '');

describe('posthorn listen', () => {
  let server: TestPosthorn;
  let local: TestReceiver;
  let tenant: string;

  beforeAll(async () => {
    server = await startTestPosthorn();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    local = await startReceiver();
  });
  afterEach(() => local.close());

  async function endTheListenerOf(owner: string): Promise<void> {
    const [{ id, endpointId }] = (
      await server.client.request<{ data: [Listener] }>('GET', `/v1/tenants/${owner}/listeners`)
    ).body.data;
    await server.client.deleteEndpoint(owner, endpointId);
    // Learns that it is gone, and ends the program's own poll, which then asks again.
    await server.client.request('POST', `/v1/tenants/${owner}/listeners/${id}/poll`, { waitSeconds: 0 });
  }

  async function listening(...args: string[]): Promise<RunningCommand> {
    tenant = (await server.client.createTenant()).id;
    const listen = ['listen', '--forward-to', local.url('/hook'), '--tenant', tenant, ...args];
    const command = posthorn(server.url, ADMIN_KEY, ...listen);
    await until(command, /^Forwarding/);
    return command;
  }

  it('forwards what is emitted, signed, and its answer is what the ledger records', async () => {
    const command = await listening();
    local.respondWith({ status: 201, headers: { 'x-from': 'desk' }, body: 'thank you' });
    const event = await server.client.emit(tenant, { type: 'invoice.paid', data: { amount: 1.0 } });
    const [delivery] = await server.client.waitForDeliveriesOf(event.id);
    await server.client.waitForDelivery(delivery!.id, 'succeeded');
    const [webhook] = await local.waitFor(1);
    new Webhook(await secretOf(command)).verify(webhook!.body, webhook!.headers);
    expect(webhook).toMatchObject({ method: 'POST', path: '/hook' });
    const [attempt] = await server.client.attempts(delivery!.id);
    expect(attempt).toMatchObject({
      statusCode: 201,
      errorCode: null,
      responseHeaders: expect.objectContaining({ 'x-from': 'desk' }) as unknown,
      responseBody: 'thank you',
    });
    await until(command, new RegExp(`${event.id} invoice.paid → 201 in \\d+ ms`));
  });

  it('tells a failure as it was, and the delivery is retried by the schedule', async () => {
    await listening();
    let times = 0;
    local.respondWith(() => (++times === 1 ? { status: 500, body: 'x'.repeat(20_000) } : { status: 200 }));
    const event = await server.client.emit(tenant);
    const [delivery] = await server.client.waitForDeliveriesOf(event.id);
    await server.client.waitForDelivery(delivery!.id, 'succeeded', 20_000);
    const [first, second] = await server.client.attempts(delivery!.id);
    expect(first).toMatchObject({
      statusCode: 500,
      errorCode: 'http_server_error',
      responseBody: 'x'.repeat(16_384),
      responseBodyTruncated: true,
    });
    expect(second).toMatchObject({ statusCode: 200, trigger: 'retry' });
  });

  it('says that nothing listens locally', async () => {
    const command = await listening('--forward-to', `http://127.0.0.1:${await freePort()}/`);
    const event = await server.client.emit(tenant);
    await until(command, /connection_refused/);
    const [delivery] = await server.client.waitForDeliveriesOf(event.id);
    const [attempt] = await waitFor(
      async () => {
        const attempts = await server.client.attempts(delivery!.id);
        return attempts.length > 0 && attempts;
      },
      { what: 'an attempt' },
    );
    expect(attempt).toMatchObject({ statusCode: null, errorCode: 'connection_refused' });
  });

  it('takes only the event types that were asked for, many at once', async () => {
    await listening('--event-types', 'invoice.*, ping');
    await server.client.emit(tenant, { type: 'customer.created' });
    await server.client.emitBatch(
      tenant,
      Array.from({ length: 40 }, (_, n) => ({ type: n % 2 === 0 ? 'invoice.paid' : 'ping', data: n })),
    );
    const webhooks = await local.waitFor(40);
    const seen = webhooks.map(({ body }) => (JSON.parse(body.toString()) as { data: number }).data);
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  it('closes on Ctrl-C: the endpoint is gone, and what was owed to it is canceled', async () => {
    const command = await listening();
    local.respondWith({ status: 500 });
    const event = await server.client.emit(tenant);
    await local.waitFor(1);
    const [delivery] = await server.client.waitForDeliveriesOf(event.id);
    expect(await command.interrupt()).toBe(0);
    expect(command.lines.at(-1)).toBe('Closed.');
    const { body } = await server.client.request<{ data: Endpoint[] }>(
      'GET',
      `/v1/tenants/${tenant}/endpoints`,
    );
    expect(body.data).toEqual([]);
    await server.client.waitForDelivery(delivery!.id, 'canceled');
  });

  it('is opened with a portal’s token, which knows its tenant', async () => {
    const { id } = await server.client.createTenant();
    const { token } = await server.client.createPortalSession(id, { rights: 'manage' });
    const command = posthorn(server.url, token, 'listen', '--forward-to', local.url('/portal'));
    await until(command, /^Forwarding everything/);
    await server.client.emit(id);
    await local.waitFor(({ path }) => path === '/portal');
  });

  it('opens another listener when its own has ended, as after a night with the lid closed', async () => {
    const command = await listening();
    await endTheListenerOf(tenant);
    await waitFor(() => command.lines.filter((line) => line.startsWith('Forwarding')).length === 2, {
      what: 'a second listener',
    });
    await server.client.emit(tenant);
    await local.waitFor(1);
  });

  it('goes on trying to open another, at a pace, while Posthorn is away', { timeout: 60_000 }, async () => {
    const way = await startWayTo(server.url);
    try {
      tenant = (await server.client.createTenant()).id;
      const args = ['listen', '--forward-to', local.url('/hook'), '--tenant', tenant];
      const command = posthorn(way.url, ADMIN_KEY, ...args);
      await until(command, /^Forwarding/);
      way.breakFor(({ method, url }) => method === 'POST' && url!.endsWith('/listeners'));
      await endTheListenerOf(tenant);
      await until(command, /No answer .*trying again in 2 s/);
      await until(command, /No answer .*trying again in 4 s/);
      way.mend();
      await waitFor(() => command.lines.filter((line) => line.startsWith('Forwarding')).length === 2, {
        what: 'a second listener',
        timeoutMs: 20_000,
      });
      await server.client.emit(tenant);
      await local.waitFor(1);

      way.breakFor(() => true);
      expect(await command.interrupt()).toBe(0);
      expect(command.lines.at(-1)).toMatch(/^It could not be closed .* ends by itself/);
    } finally {
      await way.close();
    }
  });

  it('ends when it is refused what it had, instead of asking for ever', async () => {
    const { id } = await server.client.createTenant();
    const { key, id: keyId } = (
      await server.client.request<{ key: string; id: string }>('POST', '/v1/api-keys', {
        name: 'a developer',
        role: 'admin',
      })
    ).body;
    const command = posthorn(server.url, key, 'listen', '--forward-to', local.url(), '--tenant', id);
    await until(command, /^Forwarding/);
    await server.client.request('DELETE', `/v1/api-keys/${keyId}`);
    await waitFor(async () => (await server.client.as(key).request('GET', '/v1/tenants')).status === 401, {
      what: 'the key to be forgotten',
    });
    await endTheListenerOf(id);
    expect(await command.status).toBe(1);
    expect(command.lines.at(-1)).toMatch(/^Refused \(unauthorized\)/);
  });

  it('explains what it cannot do', async () => {
    const refused = posthorn(
      server.url,
      'not-a-key',
      'listen',
      '--forward-to',
      local.url(),
      '--tenant',
      'acme',
    );
    expect(await refused.status).toBe(1);
    expect(refused.lines[0]).toMatch(/^Refused \(unauthorized\)/);
    const nowhere = posthorn(server.url, ADMIN_KEY, 'listen');
    expect(await nowhere.status).toBe(2);
    expect(nowhere.lines[0]).toMatch(/--forward-to/);
    const whose = posthorn(server.url, ADMIN_KEY, 'listen', '--forward-to', local.url());
    expect(await whose.status).toBe(2);
    expect(whose.lines[0]).toMatch(/Which tenant\?/);
    const unknown = posthorn(server.url, ADMIN_KEY, 'listen', '--forwards-to', local.url());
    expect(await unknown.status).toBe(2);
  });
});

describe('a listener', () => {
  let server: TestPosthorn;
  beforeAll(async () => {
    server = await startTestPosthorn();
  });
  afterAll(() => server.close());

  const open = async (tenant: string, body: object = {}) => {
    const { body: opened } = await server.client.request<{ id: string; endpointId: string }>(
      'POST',
      `/v1/tenants/${tenant}/listeners`,
      body,
    );
    return { ...opened, path: `/v1/tenants/${tenant}/listeners/${opened.id}` };
  };

  it('that nobody polls fails its deliveries, and is ended by upkeep with what is owed to it', async () => {
    const { id: tenant } = await server.client.createTenant();
    const { endpointId } = await open(tenant);
    const database = new Database({ url: server.databaseUrl, poolSize: 1, applicationName: 'test' });
    try {
      await database.query(`UPDATE listeners SET lease_until = now() - interval '1 s'`);
      const event = await server.client.emit(tenant);
      const [delivery] = await server.client.waitForDeliveriesOf(event.id);
      await waitFor(async () => (await server.client.attempts(delivery!.id)).length > 0, {
        what: 'an attempt',
      });
      expect((await server.client.attempts(delivery!.id))[0]).toMatchObject({
        errorCode: 'connection_refused',
        errorMessage: 'The listener is not connected.',
      });
      await endLapsedListeners(database, new DatabaseClock(), log);
      await server.client.waitForDelivery(delivery!.id, 'canceled');
      const gone = await server.client.request('GET', `/v1/tenants/${tenant}/endpoints/${endpointId}`);
      expect(gone.status).toBe(404);
      const { rows } = await database.query(`SELECT FROM listeners UNION ALL SELECT FROM listener_requests`);
      expect(rows).toEqual([]);
    } finally {
      await database.close();
    }
  });

  it('hands each request out once, takes one answer, and none that is too late', async () => {
    const { id: tenant } = await server.client.createTenant();
    const { path } = await open(tenant);
    const event = await server.client.emit(tenant);
    const poll = (waitSeconds: number) =>
      server.client.request<{ data: { id: string; timeoutMs: number }[] }>('POST', `${path}/poll`, {
        waitSeconds,
      });
    const [request] = (await poll(10)).body.data;
    expect(request!.timeoutMs).toBeGreaterThan(20_000);
    expect((await poll(0)).body.data).toEqual([]);
    const answer = () =>
      server.client.request('POST', `${path}/requests/${request!.id}/answer`, {
        statusCode: 204,
        durationMs: 3,
      });
    expect((await answer()).status).toBe(204);
    expect(await answer()).toMatchObject({ status: 404, body: { code: 'listener_request_not_found' } });
    const [delivery] = await server.client.waitForDeliveriesOf(event.id);
    await server.client.waitForDelivery(delivery!.id, 'succeeded');
  });

  it('is listed with who opened it and when it was last seen, until it is closed', async () => {
    const { id: tenant } = await server.client.createTenant();
    const list = `/v1/tenants/${tenant}/listeners`;
    const listed = async () => (await server.client.request<{ data: Listener[] }>('GET', list)).body.data;
    const { token } = await server.client.createPortalSession(tenant, { rights: 'manage' });
    const made = await server.client.as(token).request<Listener>('POST', list, {
      eventTypes: ['invoice.*'],
      filter: { data: { amount: { $gte: 100 } } },
    });
    const second = await open(tenant);
    const [newest, oldest] = await listed();
    expect(newest).toMatchObject({ id: second.id, createdBy: expect.stringMatching(/^key_/) as unknown });
    expect(oldest).toEqual({
      id: made.body.id,
      endpointId: made.body.endpointId,
      eventTypes: ['invoice.*'],
      filter: { data: { amount: { $gte: 100 } } },
      createdBy: tenant,
      createdAt: expect.any(String) as unknown,
      lastSeenAt: expect.any(String) as unknown,
      expiresAt: expect.any(String) as unknown,
    });

    await server.client.request('POST', `${second.path}/poll`, { waitSeconds: 0 });
    const [polled] = await listed();
    expect(Date.parse(polled!.lastSeenAt)).toBeGreaterThan(Date.parse(newest!.lastSeenAt));
    expect(Date.parse(polled!.expiresAt) - Date.parse(polled!.lastSeenAt)).toBe(60_000);

    const page = await server.client.request<{ data: Listener[]; nextCursor: string }>(
      'GET',
      `${list}?limit=1`,
    );
    const rest = `${list}?limit=1&cursor=${page.body.nextCursor}`;
    expect((await server.client.request<{ data: Listener[] }>('GET', rest)).body.data).toEqual([oldest]);

    await server.client.request('DELETE', second.path);
    await server.client.deleteEndpoint(tenant, made.body.endpointId);
    expect(await listed()).toEqual([]);
  });

  it('is nobody’s but its tenant’s', async () => {
    const [one, other] = [await server.client.createTenant(), await server.client.createTenant()];
    const { id } = await open(one.id);
    const seen = await server.client.request('GET', `/v1/tenants/${other.id}/listeners`);
    expect(seen.body).toEqual({ data: [], nextCursor: null });
    const { token } = await server.client.createPortalSession(other.id, { rights: 'manage' });
    const stranger = server.client.as(token);
    expect((await stranger.request('GET', `/v1/tenants/${one.id}/listeners`)).status).toBe(404);
    for (const tenant of [one.id, other.id]) {
      const path = `/v1/tenants/${tenant}/listeners/${id}`;
      expect((await stranger.request('POST', `${path}/poll`, { waitSeconds: 0 })).status).toBe(404);
      expect((await stranger.request('DELETE', path)).status).toBe(404);
      const answer = `${path}/requests/lrq_019ab1c2d3e47f508192a3b4c5d6e7f8/answer`;
      expect((await stranger.request('POST', answer, { statusCode: 200, durationMs: 0 })).status).toBe(404);
    }
  });

  it('refuses answers that are none, and a tenant’s eleventh listener', async () => {
    const { id: tenant } = await server.client.createTenant();
    const { path } = await open(tenant);
    const answer = `${path}/requests/lrq_019ab1c2d3e47f508192a3b4c5d6e7f8/answer`;
    for (const body of [
      { durationMs: 1 },
      { statusCode: 200, error: 'timeout', durationMs: 1 },
      { statusCode: 99, durationMs: 1 },
      { statusCode: 200 },
      { error: 'internal', durationMs: 1 },
      { statusCode: 200, durationMs: 1, body: 'not base64!' },
      { statusCode: 200, durationMs: 1, body: 'a'.repeat(30_000) },
      { statusCode: 200, durationMs: 1, headers: { 'x-long': 'x'.repeat(20_000) } },
    ]) {
      expect(await server.client.request('POST', answer, body)).toMatchObject({
        status: 422,
        body: { code: 'validation_failed' },
      });
    }
    for (let n = 0; n < 9; n++) await open(tenant);
    const eleventh = await server.client.request('POST', `/v1/tenants/${tenant}/listeners`, {});
    expect(eleventh).toMatchObject({ status: 422, body: { code: 'listener_limit_reached' } });
    const filtered = await server.client.request('POST', `/v1/tenants/${tenant}/listeners`, {
      filter: { data: { amount: { $almost: 3 } } },
    });
    expect(filtered).toMatchObject({ status: 422, body: { code: 'filter_invalid' } });
  });

  it('cannot be made by registering its URL', async () => {
    const { id: tenant } = await server.client.createTenant();
    const { id } = await open(tenant);
    const endpoint = { url: `listener:${id}`, eventTypes: ['*'] };
    const made = await server.client.request('POST', `/v1/tenants/${tenant}/endpoints`, endpoint);
    expect(made).toMatchObject({ status: 422, body: { code: 'endpoint_url_refused' } });
  });
});

describe('with the dispatcher in another process than the API', () => {
  it(
    'is served by the API that it polls, which does not wait for it to stop',
    { timeout: 120_000 },
    async () => {
      const database = await createTestDatabase();
      const backend = { name: 'postgres' as const };
      const local = await startReceiver();
      const api = await startTestPosthorn({ databaseUrl: database.url, backend, env: { ROLE: 'api' } });
      const dispatcher = await startPosthornProcess({
        databaseUrl: database.url,
        backend,
        role: 'dispatcher',
        readyTimeoutMs: 80_000,
      });
      try {
        const tenant = await api.client.createTenant();
        const command = posthorn(
          api.url,
          ADMIN_KEY,
          'listen',
          '--forward-to',
          local.url(),
          '--tenant',
          tenant.id,
        );
        await until(command, /^Forwarding/);
        const event = await api.client.emit(tenant.id);
        const [delivery] = await api.client.waitForDeliveriesOf(event.id);
        await api.client.waitForDelivery(delivery!.id, 'succeeded');
        expect(local.requests).toHaveLength(1);
        // The poll that waits is let go at once: stopping does not take its twenty seconds.
        const stopping = performance.now();
        await api.close();
        expect(performance.now() - stopping).toBeLessThan(10_000);
        await until(command, /No answer/);
      } finally {
        await dispatcher.kill();
        await Promise.all(running.splice(0).map((command) => command.interrupt()));
        await local.close();
        await database.drop();
      }
    },
  );
});
