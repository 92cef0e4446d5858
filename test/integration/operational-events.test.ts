/** Posthorn's own events: who hears of what, and that they cannot feed on themselves. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OperationalEvents } from '../../src/intake/operational-events.js';
import { fromPublicId } from '../../src/model/id.js';
import { OPERATOR_TENANT } from '../../src/model/operational-event.js';
import { Database } from '../../src/store/database.js';
import { log } from '../../src/telemetry/log.js';
import type { NewEndpoint, Problem, Tenant } from '../support/api-types.js';
import type { PosthornClient } from '../support/client.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

const silent = log.child({}, { level: 'silent' });

const ONCE = { retry: { baseSeconds: 1, factor: 1, maxSeconds: 1, maxAttempts: 1, jitter: 0 } };

let posthorn: TestPosthorn;
let client: PosthornClient;
let receiver: TestReceiver;
let operatorEndpoint: NewEndpoint;
let tenant: Tenant;
let sick: NewEndpoint;
let path = 0;

beforeAll(async () => {
  [posthorn, receiver] = await Promise.all([startTestPosthorn(), startReceiver()]);
  client = posthorn.client;
  operatorEndpoint = await client.createEndpoint(OPERATOR_TENANT, { url: receiver.url('/operator') });
});
afterAll(async () => {
  await posthorn.close();
  await receiver.close();
});
beforeEach(async () => {
  path++;
  tenant = await client.createTenant({ externalId: `acme-${path}` });
  sick = await client.createEndpoint(tenant.id, {
    url: receiver.url(`/sick-${path}?token=secret`),
    eventTypes: ['invoice.*', 'endpoint.*', 'delivery.*'],
    ...ONCE,
  });
});
afterEach(() => client.deleteEndpoint(tenant.id, sick.id));

interface Told {
  type: string;
  data: { endpointId: string; tenantExternalId: string; count?: number; [field: string]: unknown };
}

function toldAt(at: string, about = sick): Told[] {
  return receiver.requests
    .filter((webhook) => webhook.path.startsWith(at))
    .map((webhook) => JSON.parse(webhook.body.toString()) as Told)
    .filter((told) => told.data.endpointId === about.id);
}

const told = (at: string, type: string): Promise<Told> =>
  waitFor(() => toldAt(at).find((event) => event.type === type), {
    what: `${type} at ${at}`,
    timeoutMs: 15_000,
  });

function sickAnswers(status: number): void {
  receiver.respondWith((webhook) => ({ status: webhook.path.startsWith('/sick') ? status : 200 }));
}

describe('operational events', () => {
  it('tell the operator of deliveries that were given up, without the secrets of their URL', async () => {
    sickAnswers(500);
    const { id } = await client.emit(tenant.id);
    const { data } = await told('/operator', 'delivery.failed');
    expect(data).toMatchObject({
      tenantId: tenant.id,
      tenantExternalId: tenant.externalId,
      endpointId: sick.id,
      endpointOrigin: new URL(receiver.url()).origin,
      count: 1,
      deliveries: [{ eventId: id, eventType: 'invoice.paid', attemptCount: 1, lastStatusCode: 500 }],
    });
    expect(JSON.stringify(data)).not.toContain('token');
  });

  it('tell the operator of deliveries that came to nothing because their event expired', async () => {
    await client.updateEndpoint(tenant.id, sick.id, { disabled: true });
    const expiresAt = new Date(Date.now() + 300);
    const { id } = await client.emit(tenant.id, { expiresAt: expiresAt.toISOString() });
    await waitFor(() => new Date() > expiresAt, { what: 'the event to expire' });
    await client.updateEndpoint(tenant.id, sick.id, { disabled: false });
    const { data } = await told('/operator', 'delivery.failed');
    expect(data).toMatchObject({
      count: 1,
      deliveries: [{ eventId: id, attemptCount: 0, lastErrorCode: 'expired' }],
    });
  });

  it('tell of an endpoint whose circuit opens, once, and of one that is gone', async () => {
    sickAnswers(500);
    for (let index = 0; index < 12; index++) await client.emit(tenant.id);
    const { data } = await told('/operator', 'endpoint.failing');
    expect(data).toMatchObject({ reason: expect.stringContaining('failures in a row') as string });
    expect(toldAt('/operator').filter((event) => event.type === 'endpoint.failing')).toHaveLength(1);

    const other = await client.createEndpoint(tenant.id, { url: receiver.url(`/sick-${path}/gone`) });
    sickAnswers(410);
    await client.emit(tenant.id);
    const gone = await waitFor(
      () => toldAt('/operator', other).find((event) => event.type === 'endpoint.disabled'),
      { what: 'endpoint.disabled at the operator' },
    );
    expect(gone.data).toMatchObject({ reason: 'gone' });
  });

  it('tell the tenant that asked for it, at its other endpoints and never at the one that they are about', async () => {
    await client.updateTenant(tenant.id, { operationalEvents: true });
    await client.createEndpoint(tenant.id, {
      url: receiver.url(`/well-${path}`),
      eventTypes: ['delivery.failed'],
    });
    sickAnswers(500);
    await client.emit(tenant.id);
    await told(`/well-${path}`, 'delivery.failed');
    await told('/operator', 'delivery.failed');
    expect(toldAt(`/sick-${path}`)).toEqual([]);
  });

  it('tell no tenant that did not ask', async () => {
    await client.createEndpoint(tenant.id, { url: receiver.url(`/well-${path}`) });
    sickAnswers(500);
    await client.emit(tenant.id);
    await told('/operator', 'delivery.failed');
    const { data } = await client.listEvents(tenant.id);
    expect(data.map((event) => event.type)).toEqual(['invoice.paid']);
  });

  describe('told by a listener of its own', () => {
    let database: Database;
    let news: OperationalEvents;
    let emitted: { tenant: string; type: string; data: string }[];

    beforeEach(() => {
      emitted = [];
      database = new Database({ url: posthorn.databaseUrl, poolSize: 2, applicationName: 'test' });
      const emit = (request: { tenant: string; type: string; data: string }) => {
        emitted.push(request);
        return Promise.resolve(undefined as never);
      };
      news = new OperationalEvents({ database, log: silent, emitter: { emit } });
    });
    afterEach(() => database.close());

    const endpointId = () => fromPublicId('ep', sick.id)!;
    const failed = (eventType: string, about = endpointId(), test = false) => ({
      deliveryId: '019ab1c2-d3e4-7f50-8192-a3b4c5d6e7f8',
      eventId: '019ab1c2-d3e4-7f50-8192-a3b4c5d6e7f8',
      endpointId: about,
      eventType,
      test,
      attemptCount: 12,
      statusCode: 500,
      errorCode: null,
    });

    it('do not feed on themselves: nothing is told of what carries them, nor of the operator’s endpoints', async () => {
      const operators = fromPublicId('ep', operatorEndpoint.id)!;
      news.deliveryFailed(failed('delivery.failed'));
      news.deliveryFailed(failed('invoice.paid', endpointId(), true));
      news.deliveryFailed(failed('invoice.paid', operators));
      news.endpointDisabled({ endpointId: operators, reason: 'gone' });
      await news.close();
      expect(emitted).toEqual([]);
    });

    it('say nothing of a probe that failed', async () => {
      const lane = { endpointId: endpointId(), tenantId: '', failingSinceMs: undefined };
      const open = { to: 'open' as const, reason: 'the probe failed', pauseMs: 60_000 };
      news.circuitChanged({ ...lane, from: 'half_open', change: open });
      await news.close();
      expect(emitted).toEqual([]);
    });

    it('tell when an endpoint works again', async () => {
      const change = { to: 'closed' as const, reason: 'the probe succeeded' };
      news.circuitChanged({
        endpointId: endpointId(),
        tenantId: '',
        failingSinceMs: undefined,
        from: 'half_open',
        change,
      });
      await news.close();
      expect(emitted).toMatchObject([{ tenant: OPERATOR_TENANT, type: 'endpoint.recovered' }]);
    });

    it('tell when a failing endpoint is going to be disabled', async () => {
      const disabledAt = new Date('2026-11-26T00:00:00Z');
      const failingSince = new Date('2026-11-21T00:00:00Z');
      news.endpointFailing({ endpointId: endpointId(), tenantId: '', failingSince, disabledAt });
      await news.close();
      expect(JSON.parse(emitted[0]!.data)).toMatchObject({
        failingSince: failingSince.toISOString(),
        disabledAt: disabledAt.toISOString(),
      });
    });
  });

  it('are told when the database is back, if it was away', async () => {
    let away = true;
    let tries = 0;
    const emitted: string[] = [];
    const database = new Database({ url: posthorn.databaseUrl, poolSize: 2, applicationName: 'test' });
    const news = new OperationalEvents({
      log: silent,
      gatherMs: 10,
      quietMs: 20,
      database: {
        query: (...query) => {
          tries++;
          if (away) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
          return database.query(...query);
        },
      },
      emitter: {
        emit: ({ type }) => {
          emitted.push(type);
          return Promise.resolve(undefined as never);
        },
      },
    });
    try {
      news.endpointDisabled({ endpointId: fromPublicId('ep', sick.id)!, reason: 'failing' });
      await waitFor(() => tries > 1, { what: 'a second try' });
      expect(emitted).toEqual([]);
      away = false;
      await waitFor(() => emitted.length > 0, { what: 'the news to be told' });
      expect(emitted).toEqual(['endpoint.disabled']);
    } finally {
      await news.close();
      await database.close();
    }
  });

  it('have types that nobody else can emit', async () => {
    for (const type of ['endpoint.failing', 'endpoint.disabled', 'endpoint.recovered', 'delivery.failed']) {
      const { status, body } = await client.request<Problem>('POST', `/v1/tenants/${tenant.id}/events`, {
        type,
        data: {},
      });
      expect([status, body.code]).toEqual([422, 'event_type_reserved']);
    }
    await client.emit(tenant.id, { type: 'endpoint.made' });
  });

  it('come from a tenant that is no customer, and stop when the operator deletes it', async () => {
    const { body } = await client.request<{ data: Tenant[] }>('GET', '/v1/tenants?limit=200');
    expect(body.data.map((listed) => listed.externalId)).not.toContain(OPERATOR_TENANT);
    expect(await client.request('GET', `/v1/tenants/${OPERATOR_TENANT}`)).toMatchObject({ status: 200 });
    await client.deleteTenant(OPERATOR_TENANT);
    await client.updateTenant(tenant.id, { operationalEvents: true });
    await client.createEndpoint(tenant.id, {
      url: receiver.url(`/well-${path}`),
      eventTypes: ['delivery.failed'],
    });
    sickAnswers(500);
    await client.emit(tenant.id);
    await told(`/well-${path}`, 'delivery.failed');
    expect(toldAt('/operator')).toEqual([]);
  });
});
