/**
 * Every route of the API's description, driven with what nobody would send by mistake: values that fit the schemas and
 * values that do not, hostile texts, broken JSON, wrong content types. Whatever comes, the answer is prompt, is never a
 * fault of ours, and every refusal is a problem that names its code.
 *
 * Bounded in time. The seed is printed by a failure; set FUZZ_SEED to see it again, FUZZ_SECONDS to look for longer.
 */
import fc from 'fast-check';
import { request as httpRequest, Agent } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorTable } from '../../src/errors.js';
import { describeApi, type Description, type Route } from '../support/api-routes.js';
import { hostileText, hostileValue, smallestOf, valueOf } from '../support/fuzz-values.js';
import { ADMIN_KEY } from '../support/environment.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 25);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
/** Of searches and counts that give up after 10 s, none is asked for here that would take a tenth of it. */
const ANSWER_MS_MAX = 5_000;

/** The longest that is waited for a listener that nothing is sent to. */
const POLL_MS_MAX = 100;

/** In the path of what would end the thing itself: one is made for it, so that the others go on finding theirs. */
const FRESH = 'fresh';

interface Shot {
  route: Route;
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

interface Made {
  id: string;
}

interface Answer {
  status: number;
  contentType: string;
  text: string;
}

let posthorn: TestPosthorn;
let description: Description;
/** Things that exist, so that not everything ends at the first look-up. */
let known: Record<string, string>;
/** What a deletion may have, by the last parameter of its path. */
const makers: Record<string, () => Promise<string>> = {
  tenant: async () => (await posthorn.client.createTenant()).id,
  endpoint: async () =>
    (await posthorn.client.createEndpoint(known['tenant']!, { url: 'https://example.com/' })).id,
  listener: async () =>
    (await posthorn.client.request<Made>('POST', `/v1/tenants/${known['tenant']}/listeners`, {})).body.id,
  key: async () => (await posthorn.client.createApiKey('emitter')).id,
  name: async () => {
    const name = `fuzzed.away${++made}`;
    await posthorn.client.createEventType({ name });
    return name;
  },
};
let made = 0;

/** What their schemas do not say: one condition at least; who signs in; one of two fields. */
const fitting: Record<string, unknown> = {
  'POST /v1/replays': { filter: { status: 'failed' } },
  'POST /v1/console/session': { key: ADMIN_KEY },
  'POST /v1/tenants/{tenant}/listeners/{listener}/requests/{request}/answer': {
    statusCode: 200,
    durationMs: 1,
  },
};

/** Those are for other callers than a key, or there is no such thing, or it is over. */
const refusedAnyway: Record<string, number> = {
  'GET /v1/console/session': 401,
  'GET /v1/portal/session': 403,
  'POST /v1/tenants/{tenant}/listeners/{listener}/requests/{request}/answer': 404,
  'POST /v1/broadcasts/{broadcast}/cancel': 409,
  'POST /v1/replays/{replay}/cancel': 409,
};

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { ROLE: 'api', LOG_LEVEL: 'silent', PUBLIC_CATALOG: 'true' } });
  const { client } = posthorn;
  description = await describeApi(client);
  const tenant = await client.createTenant({ externalId: 'fuzzed' });
  const endpoint = await client.createEndpoint(tenant.id, { url: 'https://example.com/' });
  const event = await client.emit(tenant.id);
  const [delivery] = await client.waitForDeliveriesOf(event.id);
  await client.createEventType({ name: 'fuzzed.type' });
  const replay = await client.createReplay({ filter: { tenant: tenant.id, status: 'failed' } });
  const broadcast = await client.request<Made>('POST', '/v1/broadcasts', {
    type: 'fuzzed.type',
    data: 1,
    tenants: [tenant.id],
  });
  const listener = await client.request<Made>('POST', `/v1/tenants/${tenant.id}/listeners`, {});
  known = {
    tenant: tenant.id,
    endpoint: endpoint.id,
    event: event.id,
    delivery: delivery!.id,
    replay: replay.id,
    broadcast: broadcast.body.id,
    listener: listener.body.id,
    key: (await client.createApiKey('emitter')).id,
    name: 'fuzzed.type',
  };
});
afterAll(async () => {
  agent.destroy();
  await posthorn.close();
});

it('every route takes what its description says, so that what follows gets past the first look', async () => {
  const refused: Record<string, number> = {};
  for (const route of description.routes) {
    const answer = await fire(fittingShot(route));
    if (answer.status >= 300) refused[route.name] = answer.status;
  }
  expect(refused).toEqual(refusedAnyway);
});

/** With nothing that is not required, and with things that exist. */
function fittingShot(route: Route): Shot {
  const { schemas } = description;
  const parameters = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const path = parameters.reduce(
    (filled, name) => filled.replace(`{${name}}`, existing(route, name)),
    route.path,
  );
  const query = route.query
    .filter(({ required }) => required)
    .map(({ name, schema }) => `${name}=${inPath(String(smallestOf(schema, schemas)))}`);
  const body = route.body && toJson(fitting[route.name] ?? smallestOf(route.body, schemas));
  return {
    route,
    path: query.length === 0 ? path : `${path}?${query.join('&')}`,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : Buffer.from(body),
  };
}

it(
  'nothing that can be sent is a fault of ours, or stays without an answer',
  async () => {
    const { routes } = description;
    const shot = fc.constantFrom(...routes).chain((route) => shotAt(route));
    const hit = new Set<string>();
    await fc.assert(
      fc.asyncProperty(shot, async (given) => {
        const answer = await fire(given);
        hit.add(given.route.name);
        judge(given, answer);
      }),
      { seed: SEED, numRuns: 1_000_000, interruptAfterTimeLimit: SECONDS * 1_000, endOnFailure: true },
    );
    const tried = [...hit.keys()].sort();
    expect(tried, `seed ${SEED}`).toEqual(routes.map(({ name }) => name).sort());
  },
  (SECONDS + 30) * 1_000,
);

function shotAt(route: Route): fc.Arbitrary<Shot> {
  const parameters = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const path = fc
    .tuple(
      ...parameters.map((name) => oneOfThree(fc.constant(existing(route, name)), hostileText, fc.uuid())),
    )
    .map((values) =>
      parameters.reduce((filled, name, at) => filled.replace(`{${name}}`, inPath(values[at]!)), route.path),
    );
  const query = fc
    .tuple(
      ...route.query.map(({ name, schema }) =>
        fc
          .option(fc.oneof(valueOf(schema, description.schemas), hostileText), { nil: undefined, freq: 2 })
          .map((value) =>
            value === undefined
              ? []
              : [`${name}=${inPath(typeof value === 'string' ? value : toJson(value))}`],
          ),
      ),
    )
    .map((parts) => parts.flat().join('&'));
  return fc.record({
    route: fc.constant(route),
    path: fc.tuple(path, query).map(([filled, asked]) => (asked === '' ? filled : `${filled}?${asked}`)),
    headers: headersOf(route),
    body: route.body === undefined ? fc.constant(undefined) : bodyOf(route.body),
  });
}

function existing({ method, path }: Route, parameter: string): string {
  return method === 'DELETE' && path.endsWith(`{${parameter}}`) ? FRESH : (known[parameter] ?? 'x');
}

function headersOf(route: Route): fc.Arbitrary<Record<string, string>> {
  const contentType = fc.oneof(
    { weight: 9, arbitrary: fc.constant('application/json') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'multipart/form-data', ''),
    },
  );
  const latin = fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
  });
  const special = fc.record(Object.fromEntries(route.headers.map((name) => [name, latin])), {
    requiredKeys: [],
  });
  return fc
    .tuple(contentType, special)
    .map(([type, headers]) => ({ ...(headers as Record<string, string>), 'content-type': type }));
}

function bodyOf(schema: NonNullable<Route['body']>): fc.Arbitrary<Buffer> {
  const fitting = valueOf(schema, description.schemas);
  const text = fc.oneof(
    { weight: 6, arbitrary: fitting.map(toJson) },
    { weight: 3, arbitrary: fc.tuple(fitting, fc.string(), hostileValue).map(withOneWrong) },
    { weight: 1, arbitrary: hostileValue.map(toJson) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '{', '[', '"', 'nul', '{"a":1}}', '\ufeff{}', DEEP, PROTO, TWICE),
    },
  );
  return fc.oneof(
    { weight: 12, arbitrary: text.map((json) => Buffer.from(json)) },
    // Bytes that are not UTF-8, within what is JSON otherwise.
    { weight: 1, arbitrary: fc.constant(Buffer.from('{"name":"\xff\xfe"}', 'latin1')) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
  );
}

const DEEP = `{"data":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
const PROTO = '{"__proto__":{"role":"admin"},"constructor":{"prototype":{"x":1}},"name":"x"}';
const TWICE =
  '{"name":"one","name":"two","type":"a.b","type":"c.d","data":1e999,"data":123456789012345678901234567890}';

/** A fitting object with one field of it, or one more, that is anything. */
function withOneWrong([value, pick, wrong]: [unknown, string, unknown]): string {
  if (typeof value !== 'object' || value === null) return toJson(wrong);
  const names = Object.keys(value);
  const name = names.length === 0 || pick.length > 8 ? pick : names[pick.length % names.length]!;
  return toJson({ ...value, [name]: wrong });
}

function toJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** Percent-encodes what encodeURIComponent would refuse to: a lone surrogate, as CESU-8 has it. */
function inPath(text: string): string {
  return Buffer.from(text, 'utf8')
    .reduce(
      (encoded, byte) =>
        encoded +
        (/[\w.-]/.test(String.fromCharCode(byte))
          ? String.fromCharCode(byte)
          : `%${byte.toString(16).padStart(2, '0')}`),
      '',
    )
    .slice(0, 4_000);
}

function oneOfThree(
  ...[often, hostile, random]: [fc.Arbitrary<string>, fc.Arbitrary<string>, fc.Arbitrary<string>]
) {
  return fc.oneof(
    { weight: 6, arbitrary: often },
    { weight: 2, arbitrary: hostile },
    { weight: 1, arbitrary: random },
  );
}

/** Node's own client: fetch would refuse to send half of it. */
async function fire({ route, path, headers, body }: Shot): Promise<Answer> {
  const target = path.endsWith(`/${FRESH}`) ? path.replace(FRESH, await makeOne(route)) : path;
  if (route.path.endsWith('/poll')) setTimeout(() => void pollNoMore(target), POLL_MS_MAX).unref();
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      posthorn.url + target,
      {
        agent,
        method: route.method,
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
        headers: {
          authorization: `Bearer ${posthorn.client.key!}`,
          ...(body === undefined ? {} : { ...headers, 'content-length': body.length }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            contentType: String(response.headers['content-type'] ?? ''),
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** A poll waits, and is meant to, unless another one takes its place. */
function pollNoMore(path: string): Promise<unknown> {
  return posthorn.client.request('POST', path, { waitSeconds: 0 }).catch(() => undefined);
}

function makeOne(route: Route): Promise<string> {
  const [, last] = /\{(\w+)\}$/.exec(route.path)!;
  return makers[last!]!();
}

function judge({ route, path }: Shot, { status, contentType, text }: Answer): void {
  const told = `${route.method} ${path} → ${status} ${text.slice(0, 500)}`;
  // Not ready is not broken: this process dispatches nothing.
  if (route.name !== 'GET /readyz') expect(status, told).toBeLessThan(500);
  if (status < 400) return;
  expect(contentType, told).toContain('application/problem+json');
  const problem = JSON.parse(text) as { code: keyof typeof errorTable; status: number };
  expect(errorTable[problem.code]?.status, told).toBe(status);
  expect(text, told).not.toMatch(/node_modules|\n\s+at |"stack"|SELECT|INSERT/);
}
