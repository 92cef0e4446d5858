/**
 * Two tenants, each with an endpoint, a listener, an event, a delivery, an attempt and a replay. Whoever is bound to one of
 * them gets, for anything of the other's, the very answer that something invented gets: what is not theirs does not exist.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAccessTable } from '../support/access-table.js';
import { describeApi, fillPath, type Route } from '../support/api-routes.js';
import type { Page, Problem } from '../support/api-types.js';
import type { PosthornClient, Reply } from '../support/client.js';
import { makeCallers, type CallerName } from '../support/callers.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';

/** Everything that a tenant has, by the names of the paths' parameters. */
type Belongings = Record<
  'tenant' | 'endpoint' | 'event' | 'delivery' | 'replay' | 'listener' | 'request',
  string
> & {
  externalId: string;
};

const INVENTED: Belongings = {
  tenant: 'ten_019ab1c2d3e47f508192a3b4c5d6e7f8',
  externalId: 'invented',
  endpoint: 'ep_019ab1c2d3e47f508192a3b4c5d6e7f8',
  event: 'evt_019ab1c2d3e47f508192a3b4c5d6e7f8',
  delivery: 'dlv_019ab1c2d3e47f508192a3b4c5d6e7f8',
  replay: 'rpl_019ab1c2d3e47f508192a3b4c5d6e7f8',
  listener: 'lsn_019ab1c2d3e47f508192a3b4c5d6e7f8',
  request: 'lrq_019ab1c2d3e47f508192a3b4c5d6e7f8',
};

const strangers = [
  'portal, manage',
  'portal, read',
  'emitter of one tenant',
  'support of one tenant',
] as const;

const table = readAccessTable();

let posthorn: TestPosthorn;
let receiver: TestReceiver;
let routes: Route[];
let own: Belongings;
let other: Belongings;
let credentials: Record<CallerName, string | undefined>;

beforeAll(async () => {
  [posthorn, receiver] = await Promise.all([startTestPosthorn(), startReceiver()]);
  [own, other] = await Promise.all([settle('own'), settle('other')]);
  [{ routes }, credentials] = await Promise.all([
    describeApi(posthorn.client),
    makeCallers(posthorn.client, own.tenant),
  ]);
});
afterAll(async () => {
  await posthorn.close();
  await receiver.close();
});

describe.each(strangers)('%s', (caller) => {
  const as = (): PosthornClient => posthorn.client.as(credentials[caller]);

  it('gets 404 for another tenant’s things on every route that names one, as for invented ones', async () => {
    for (const route of routes.filter(({ path }) => namesBelongings(path))) {
      for (const theirs of mixtures(route.path)) {
        const refused = await ask(as(), route, theirs.other);
        const invented = await ask(as(), route, theirs.invented);
        expect([route.name, told(refused)]).toEqual([route.name, told(invented)]);
        const column = caller.replace(' of one tenant', '');
        const mayCall = table.get(route.name)![column] === 'yes';
        expect([route.name, refused.status]).toEqual([route.name, mayCall ? 404 : 403]);
      }
    }
  });

  it.skipIf(caller === 'emitter of one tenant')('finds nothing of theirs by filters', async () => {
    const filters = (of: Belongings) => [
      `/v1/deliveries?tenant=${of.tenant}`,
      `/v1/deliveries?tenant=${of.externalId}`,
      `/v1/deliveries?endpoint=${of.endpoint}`,
      `/v1/deliveries?event=${of.event}`,
      `/v1/deliveries?tenant=${own.tenant}&endpoint=${of.endpoint}`,
      `/v1/replays?tenant=${of.tenant}`,
      `/v1/replays?tenant=${of.externalId}`,
    ];
    for (const [index, path] of filters(other).entries()) {
      const refused = await as().request<Problem>('GET', path);
      expect(refused.status, path).toBe(404);
      expect(told(refused)).toEqual(told(await as().request('GET', filters(INVENTED)[index]!)));
    }
    for (const path of filters(own)) {
      expect((await as().request('GET', path)).status, path).toBe(200);
    }
  });

  it.skipIf(caller === 'emitter of one tenant' || caller === 'portal, read')(
    'replays nothing of theirs',
    async () => {
      const filters = (of: Belongings) => [
        { tenant: of.tenant },
        { tenant: of.externalId },
        { endpoint: of.endpoint },
        { event: of.event },
        { tenant: own.tenant, endpoint: of.endpoint },
        { endpoint: own.endpoint, event: of.event },
      ];
      for (const dryRun of [true, false]) {
        for (const [index, filter] of filters(other).entries()) {
          const refused = await as().request('POST', '/v1/replays', { filter, dryRun });
          expect(refused.status, JSON.stringify(filter)).toBe(404);
          const invented = { filter: filters(INVENTED)[index]!, dryRun };
          expect(told(refused)).toEqual(told(await as().request('POST', '/v1/replays', invented)));
        }
        const missing = { filter: { endpoint: other.endpoint }, missing: true, dryRun };
        expect((await as().request('POST', '/v1/replays', missing)).status).toBe(404);
      }
      // And a filter that names nobody is about their own deliveries.
      const { body } = await as().request<{ count: number }>('POST', '/v1/replays', {
        filter: { status: 'succeeded' },
        dryRun: true,
      });
      expect(body.count).toBe(1);
    },
  );

  it.skipIf(caller === 'emitter of one tenant')(
    'sees only their own in every list, and another’s cursor brings nothing more',
    async () => {
      for (const path of ['/v1/deliveries', '/v1/replays']) {
        const { body } = await as().request<Page<{ id: string; tenantId: string }>>('GET', path);
        expect(body.data.length).toBeGreaterThan(0);
        expect(new Set(body.data.map(({ tenantId }) => tenantId))).toEqual(new Set([own.tenant]));
        // As an admin's cursor, that of a list of everybody's things.
        const everybody = await posthorn.client.request<Page<unknown>>('GET', `${path}?limit=1`);
        const cursor = encodeURIComponent(everybody.body.nextCursor!);
        const further = await as().request<Page<{ tenantId: string }>>('GET', `${path}?cursor=${cursor}`);
        expect((further.body.data ?? []).filter(({ tenantId }) => tenantId !== own.tenant)).toEqual([]);
      }
      const ids = [other.tenant, other.endpoint, own.tenant, own.endpoint].join(',');
      const labels = await as().request<Page<{ id: string }>>('GET', `/v1/overview/labels?ids=${ids}`);
      expect(labels.body.data.map(({ id }) => id).sort()).toEqual([own.tenant, own.endpoint].sort());
    },
  );
});

it('a token says for itself whose it is: nothing in the request changes that', async () => {
  const customer = posthorn.client.as(credentials['portal, manage']);
  for (const header of ['x-tenant', 'x-forwarded-user']) {
    const { body } = await customer.request<Page<{ tenantId: string }>>('GET', '/v1/deliveries', undefined, {
      [header]: other.tenant,
    });
    expect(new Set(body.data.map(({ tenantId }) => tenantId))).toEqual(new Set([own.tenant]));
  }
});

it('nothing of the other tenant has changed', async () => {
  const { client } = posthorn;
  expect(await client.getEndpoint(other.tenant, other.endpoint)).toMatchObject({ disabled: false });
  expect(await client.getDelivery(other.delivery)).toMatchObject({ status: 'succeeded', attemptCount: 1 });
  expect((await client.listEvents(other.tenant)).data).toHaveLength(1);
});

async function settle(externalId: string): Promise<Belongings> {
  const { client } = posthorn;
  const { id: tenant } = await client.createTenant({ externalId });
  const endpoint = await client.createEndpoint(tenant, { url: receiver.url(`/${externalId}`) });
  const opened = await client.request<{ id: string }>('POST', `/v1/tenants/${tenant}/listeners`, {});
  const listener = opened.body.id;
  const event = await client.emit(tenant);
  const deliveries = await client.waitForDeliveriesOf(event.id, 2);
  const delivery = deliveries.find((one) => one.endpointId === endpoint.id);
  await client.waitForDelivery(delivery!.id, 'succeeded');
  // Of deliveries that there are none of: it belongs to the tenant, and leaves everything as it is.
  const replay = await client.createReplay({ filter: { tenant, status: 'failed' } });
  return {
    tenant,
    externalId,
    endpoint: endpoint.id,
    event: event.id,
    delivery: delivery!.id,
    replay: replay.id,
    listener,
    request: await pollOnce(tenant, listener),
  };
}

/** The first request that waits for its answer. */
async function pollOnce(tenant: string, listener: string): Promise<string> {
  const route = `/v1/tenants/${tenant}/listeners/${listener}/poll`;
  const { body } = await posthorn.client.request<Page<{ id: string }>>('POST', route, {});
  return body.data[0]!.id;
}

function namesBelongings(path: string): boolean {
  return /\{(tenant|endpoint|event|delivery|replay|listener)\}/.test(path);
}

/** Ways to name another's things: all of them; by its other name; and from one's own tenant. With the same, invented. */
function mixtures(path: string): { other: Belongings; invented: Belongings }[] {
  const whole = { other, invented: INVENTED };
  if (!path.includes('{tenant}')) return [whole];
  const renamed = (of: Belongings): Belongings => ({ ...of, tenant: of.externalId });
  const fromOwn = (of: Belongings): Belongings => ({ ...of, tenant: own.tenant });
  const mixed = [whole, { other: renamed(other), invented: renamed(INVENTED) }];
  if (!/\{(endpoint|event|listener)\}/.test(path)) return mixed;
  return [...mixed, { other: fromOwn(other), invented: fromOwn(INVENTED) }];
}

/** Bodies that would do something, were they let in. */
const bodies: Record<string, object> = {
  'POST /v1/tenants/{tenant}/endpoints': { url: 'https://example.com/', eventTypes: ['*'] },
  'PATCH /v1/tenants/{tenant}/endpoints/{endpoint}': { disabled: true },
  'POST /v1/tenants/{tenant}/events': { type: 'a.b', data: {} },
  'POST /v1/tenants/{tenant}/events/batch': { events: [{ type: 'a.b', data: {} }] },
  'POST /v1/tenants/{tenant}/portal-sessions': { rights: 'read' },
  'POST /v1/tenants/{tenant}/listeners/{listener}/requests/{request}/answer': {
    statusCode: 200,
    durationMs: 1,
  },
};

function ask(client: PosthornClient, route: Route, of: Belongings): Promise<Reply<Problem>> {
  const path = fillPath(route.path, (parameter) => of[parameter as keyof Belongings]);
  const body = route.body === undefined ? undefined : (bodies[route.name] ?? {});
  return client.request(route.method, path, body);
}

/** What an answer gives away: all of it, but the request's own id and path. */
function told(reply: Reply<unknown>): unknown {
  const { instance, requestId, ...rest } = (reply.body ?? {}) as Record<string, unknown>;
  return { status: reply.status, ...rest, hasInstance: instance !== undefined && requestId !== undefined };
}
