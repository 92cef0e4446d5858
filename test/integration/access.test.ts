/**
 * Every route, called as everybody, held against the table in docs/security.md. A route that the table does not have
 * fails, and so does a row without a route: access is decided in writing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAccessTable, type AccessRow } from '../support/access-table.js';
import { describeApi, fillPath, type Route } from '../support/api-routes.js';
import { callerNames, makeCallers, type CallerName } from '../support/callers.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';

const table = readAccessTable();

/** Ids of nothing: who passes the guard gets a 404 or a complaint about the body, and changes nothing. */
const NOTHING: Record<string, string> = {
  tenant: 'nobody',
  name: 'nothing.at_all',
  endpoint: 'ep_019ab1c2d3e47f508192a3b4c5d6e7f8',
  listener: 'lsn_019ab1c2d3e47f508192a3b4c5d6e7f8',
  request: 'lrq_019ab1c2d3e47f508192a3b4c5d6e7f8',
  event: 'evt_019ab1c2d3e47f508192a3b4c5d6e7f8',
  delivery: 'dlv_019ab1c2d3e47f508192a3b4c5d6e7f8',
  broadcast: 'bct_019ab1c2d3e47f508192a3b4c5d6e7f8',
  replay: 'rpl_019ab1c2d3e47f508192a3b4c5d6e7f8',
  key: 'key_019ab1c2d3e47f508192a3b4c5d6e7f8',
};

/** Where an empty body would be refused by more than the caller's role. */
const bodies: Record<string, object> = {
  'POST /v1/tenants/{tenant}/portal-sessions': { rights: 'read' },
};

let posthorn: TestPosthorn;
let routes: Route[];
let credentials: Record<CallerName, string | undefined>;

beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { ROLE: 'api' } });
  const { id } = await posthorn.client.createTenant();
  [{ routes }, credentials] = await Promise.all([
    describeApi(posthorn.client),
    makeCallers(posthorn.client, id),
  ]);
});
afterAll(() => posthorn.close());

it('has a row for every route, and a route for every row', () => {
  expect([...table.keys()].sort()).toEqual(routes.map(({ name }) => name).sort());
});

describe.each([...table])('%s', (name, row) => {
  it.each(callerNames)('as %s', async (caller) => {
    const expected = expectedOf(name, row, caller);
    const { status, text } = await call(name, credentials[caller]);
    const seen = status === 401 || status === 403 ? status : 'passes';
    expect(seen, text).toBe(expected);
    expect(status, text).toBeLessThan(500);
  });

  it.runIf(Object.values(row).includes('cookie'))('as who signed in to the console', async () => {
    for (const caller of ['admin', 'support'] as const) {
      expect(row[caller]).toBe('cookie');
      expect((await call(name, undefined, { cookie: await signIn(caller) })).status).toBe(200);
    }
  });
});

function call(name: string, key: string | undefined, headers?: Record<string, string>) {
  const [method, path] = name.split(' ') as [string, string];
  const body = method === 'GET' || method === 'DELETE' ? undefined : (bodies[name] ?? {});
  return posthorn.client.as(key).request(
    method,
    fillPath(path, (parameter) => NOTHING[parameter]!),
    body,
    headers,
  );
}

async function signIn(caller: CallerName): Promise<string> {
  const { headers } = await posthorn.client.request('POST', '/v1/console/session', {
    key: credentials[caller],
  });
  return headers.get('set-cookie')!.split(';')[0]!;
}

/** What the table says about a caller, with what the paragraphs above it say about the special ones. */
function expectedOf(name: string, row: AccessRow, caller: CallerName): 'passes' | 401 | 403 {
  switch (caller) {
    case 'nobody':
    case 'revoked':
    case 'expired':
      return row['anybody'] === 'yes' ? 'passes' : 401;
    case 'emitter of one tenant':
      return wholeInstallation.has(name) ? 403 : expectedOf(name, row, 'emitter');
    case 'support of one tenant':
      return wholeInstallation.has(name) ? 403 : expectedOf(name, row, 'support');
    case 'support without payloads':
      return showsPayloads.has(name) ? 403 : expectedOf(name, row, 'support');
    case 'admin':
    case 'emitter':
    case 'support':
    case 'portal, read':
    case 'portal, manage': {
      const cell = row[caller];
      if (cell === 'yes') return 'passes';
      // A key is known by its header, and opens no session by it; nor does a portal's token look like a scraper's.
      if (cell === 'cookie' || (name === 'GET /metrics' && caller.startsWith('portal'))) return 401;
      return 403;
    }
  }
}

const wholeInstallation = new Set([
  'GET /metrics',
  'GET /v1/overview',
  'POST /v1/broadcasts',
  'GET /v1/broadcasts',
  'GET /v1/broadcasts/{broadcast}',
  'POST /v1/broadcasts/{broadcast}/cancel',
]);

/** Not in parts, as an event that is shown without its data, but as a whole. */
const showsPayloads = new Set(['POST /v1/tenants/{tenant}/portal-sessions']);
