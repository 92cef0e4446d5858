/** What every request goes through, whatever it asks for: bodies, paths, methods, media types, and the shape of refusals. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../support/api-types.js';
import { ADMIN_KEY } from '../support/environment.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { waitFor } from '../support/wait-for.js';

let posthorn: TestPosthorn;
beforeAll(async () => {
  posthorn = await startTestPosthorn({ env: { BODY_BYTES_MAX: '65536', REQUEST_TIMEOUT_MS: '1000' } });
});
afterAll(() => posthorn.close());

const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(`${posthorn.url}/v1/tenants`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${posthorn.client.key}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });

const nested = (depth: number) => `{"name":"x","unknown":${'['.repeat(depth)}${']'.repeat(depth)}}`;

it('says of a field that is missing just that', async () => {
  const { body } = await posthorn.client.request<Problem>('POST', '/v1/api-keys', { name: 'x'.repeat(300) });
  expect(body.errors).toEqual([
    { path: 'name', message: expect.stringMatching(/longer|shorter/) as string },
    { path: 'role', message: 'is missing' },
  ]);
});

describe('a body', () => {
  it.each([
    ['that breaks off', '{"name":', 400, 'malformed_json'],
    ['with a trailing comma', '{"name":"x",}', 400, 'malformed_json'],
    ['that begins with a byte order mark', '\ufeff{"name":"x"}', 400, 'malformed_json'],
    ['that is not UTF-8', Buffer.from('{"name":"\xff"}', 'latin1'), 400, 'malformed_json'],
    ['nested 101 levels deep', nested(100), 422, 'json_too_deep'],
    ['nested 20,000 levels deep', nested(20_000), 422, 'json_too_deep'],
    ['nested and never closed', '['.repeat(60_000), 422, 'json_too_deep'],
    ['nested as deep as allowed, in a field that nobody knows', nested(99), 422, 'validation_failed'],
    ['that is a list', '[]', 422, 'validation_failed'],
    ['that is null', 'null', 201, undefined],
    ['that is a text', '"x"', 422, 'validation_failed'],
    ['over the limit', `{"name":"${'x'.repeat(65_536)}"}`, 413, 'body_too_large'],
  ])('%s', async (_, body, status, code) => {
    const response = await post(body);
    const answer = (await response.json()) as { code?: string };
    expect([response.status, answer.code]).toEqual([status, code]);
  });

  it('counts brackets outside of strings only', async () => {
    const response = await post(JSON.stringify({ name: `${'['.repeat(150)}"\\"` }));
    expect(response.status).toBe(201);
  });

  it('of another media type, or compressed, is refused', async () => {
    expect(
      await (await post('name=x', { 'content-type': 'application/x-www-form-urlencoded' })).json(),
    ).toMatchObject({
      code: 'unsupported_media_type',
    });
    expect(await (await post('{}', { 'content-encoding': 'gzip' })).json()).toMatchObject({
      code: 'unsupported_media_type',
    });
  });

  it('that never arrives ends in 408, not in a connection held for ever', async () => {
    const answer = await raw(
      'POST /v1/tenants HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
  });

  it('that is not even begun is no reason for an answer: the connection is closed, and that is all', async () => {
    expect(await raw('')).toBe('');
  });
});

describe('a refusal', () => {
  it('is a problem with a code, its path and the request’s id', async () => {
    const { status, headers, body } = await posthorn.client.request('GET', '/v1/nothing?secret=1');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toEqual({
      type: '/docs/errors#not_found',
      title: expect.any(String) as string,
      status: 404,
      code: 'not_found',
      detail: expect.any(String) as string,
      instance: '/v1/nothing',
      requestId: headers.get('x-request-id'),
    });
  });

  it('of a method names the methods that the path knows', async () => {
    const { status, headers, body } = await posthorn.client.request('PUT', '/v1/tenants/acme');
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH');
    expect(body).toMatchObject({ code: 'method_not_allowed' });
  });

  it.each([
    ['/v1/tenants/%ff', 400, 'bad_request'],
    ['/v1/tenants/%00', 400, 'bad_request'],
    [`/v1/tenants/${'x'.repeat(5_000)}`, 404, 'not_found'],
    ['/v1/tenants//endpoints', 404, 'not_found'],
  ])('of the path %.40s', async (path, status, code) => {
    const refused = await posthorn.client.request('GET', path);
    expect(refused).toMatchObject({ status, body: { code } });
  });

  it('of what is not HTTP is a problem too', async () => {
    expect(await raw('NONSENSE\r\n\r\n')).toContain('"code":"bad_request"');
  });
});

describe('an answer', () => {
  it('carries security headers and no way in for other origins', async () => {
    const response = await fetch(`${posthorn.url}/healthz`, {
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is kept by nobody on its way', async () => {
    const { headers } = await posthorn.client.request('GET', '/v1/tenants');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('serves the API reference from this machine alone', async () => {
    const page = await (await fetch(`${posthorn.url}/docs`)).text();
    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      expect((await fetch(posthorn.url + link)).status).toBe(200);
    }
    expect(page).not.toMatch(/<script>|<style|style=/);
    const errors = await (await fetch(`${posthorn.url}/docs/errors`)).text();
    expect(errors).toContain('id="tenant_not_found"');
  });
});

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(posthorn.url).port), '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

describe('the address of a caller', () => {
  const recorded = async ({ client }: TestPosthorn, forwardedFor: string) => {
    const headers = { 'x-forwarded-for': forwardedFor };
    const { body } = await client.request<{ id: string }>('POST', '/v1/tenants', {}, headers);
    const log = await client.request<{ data: { remoteAddress: string }[] }>(
      'GET',
      `/v1/audit-log?tenant=${body.id}`,
    );
    return log.body.data[0]!.remoteAddress;
  };

  it('is the connection’s, whatever a header says', async () => {
    expect(await recorded(posthorn, '198.51.100.7')).toMatch(/^(::ffff:)?127\.0\.0\.1$/);
  });

  it('is what a trusted proxy says, and nothing that the caller put before it', async () => {
    const behind = await startTestPosthorn({
      env: { ROLE: 'api', TRUSTED_PROXIES: '127.0.0.0/8,10.0.0.0/8' },
    });
    try {
      expect(await recorded(behind, '198.51.100.7')).toBe('198.51.100.7');
      expect(await recorded(behind, '192.0.2.66, 198.51.100.7, 10.1.2.3')).toBe('198.51.100.7');
      expect(await recorded(behind, 'unknown')).toMatch(/^(::ffff:)?127\.0\.0\.1$/);
    } finally {
      await behind.close();
    }
  });
});

describe('a server that stops', () => {
  it('answers what has begun, and does not wait for the client to let its connection go', async () => {
    const stopping = await startTestPosthorn({ env: { ROLE: 'api' } });
    const { port, hostname } = new URL(stopping.url);
    const socket = connect(Number(port), hostname);
    const received: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => received.push(bytes));
    const head = [
      'POST /v1/tenants HTTP/1.1',
      'host: posthorn',
      `authorization: Bearer ${ADMIN_KEY}`,
      'content-type: application/json',
      'content-length: 2',
      'expect: 100-continue',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    await once(socket, 'data'); // the server has read the head, and waits for the body
    const closed = stopping.close();
    await waitFor(
      () =>
        fetch(`${stopping.url}/healthz`).then(
          () => false,
          () => true,
        ),
      {
        what: 'the server to take no more connections',
      },
    );
    socket.write('{}');
    await closed; // kept alive, the connection would be open for another minute
    expect(Buffer.concat(received).toString()).toMatch(/HTTP\/1.1 (201|503)/);
  });
});
