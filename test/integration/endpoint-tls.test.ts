/** An endpoint's own client certificate and CA, at a real server that demands them. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt, NewEndpoint, Problem, Tenant } from '../support/api-types.js';
import { queueBackends } from '../support/backends.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { reply, startRawReceiver, type RawReceiver } from '../support/raw-receiver.js';

const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');

const ca = pem('authority');
/** In TLS 1.3 the server complains after the handshake, and its alert may be overtaken by the closing of the socket. */
const refused = { errorCode: expect.stringMatching(/^(tls_handshake_failed|connection_reset)$/) as string };
const whole = { clientCertificate: pem('client'), clientKey: pem('client.key'), ca };

describe.each(queueBackends)('TLS, queue on $name', (backend) => {
  let posthorn: TestPosthorn;
  /** Takes nobody without a certificate from the authority. */
  let strict: RawReceiver;
  let tenant: Tenant;
  let count = 0;

  beforeAll(async () => {
    posthorn = await startTestPosthorn({ backend });
    tenant = await posthorn.client.createTenant();
    strict = await startRawReceiver((socket) => socket.write(reply('200 OK')), {
      cert: pem('valid'),
      key: pem('valid.key'),
      ca,
      requestCert: true,
      rejectUnauthorized: true,
    });
  });
  afterAll(async () => {
    await posthorn.close();
    await strict.close();
  });

  type Answer = NewEndpoint & Problem & { tls: Record<string, string> | null };
  const create = (body: object) =>
    posthorn.client.request<Answer>('POST', `/v1/tenants/${tenant.id}/endpoints`, {
      url: `${strict.url}/`,
      eventTypes: ['never'],
      retry: { scheduleSeconds: [] },
      ...body,
    });
  const patch = (endpoint: string, body: object) =>
    posthorn.client.request<Answer>('PATCH', `/v1/tenants/${tenant.id}/endpoints/${endpoint}`, body);

  async function endpointWith(tls: object | null) {
    const type = `only.for${++count}`;
    const { body, status, text } = await create({ eventTypes: [type], tls });
    expect(status, text).toBe(201);
    const attempt = async (): Promise<Attempt> => {
      const { id } = await posthorn.client.emit(tenant.id, { type });
      const [delivery] = await posthorn.client.waitForDeliveriesOf(id);
      let attempts: Attempt[] = [];
      await expect
        .poll(async () => (attempts = await posthorn.client.attempts(delivery!.id)).length, {
          timeout: 10_000,
        })
        .toBe(1);
      return attempts[0]!;
    };
    return { endpoint: body, attempt };
  }

  it('shows the certificate to a server that demands one, and trusts its private CA', async () => {
    const { attempt } = await endpointWith(whole);
    expect(await attempt()).toMatchObject({ statusCode: 200, errorCode: null });
  });

  it('takes up a new identity with the next attempt, and lets go of an old one', async () => {
    const { endpoint, attempt } = await endpointWith(null);
    expect(await attempt()).toMatchObject({
      errorCode: expect.stringMatching(/^tls_certificate_/) as string,
    });
    await patch(endpoint.id, { tls: { ca } });
    expect(await attempt()).toMatchObject(refused);
    await patch(endpoint.id, { tls: whole });
    expect(await attempt()).toMatchObject({ statusCode: 200 });
    await patch(endpoint.id, { tls: { ...whole, clientKey: '•••' } });
    expect(await attempt()).toMatchObject({ statusCode: 200 });
    await patch(endpoint.id, { tls: { ca } });
    expect(await attempt()).toMatchObject(refused);
  });

  it('shows certificates, and never the key', async () => {
    const { body } = await create({ tls: whole });
    expect(body.tls).toEqual({ ...whole, clientKey: '•••' });
    const { text } = await posthorn.client.request('GET', `/v1/tenants/${tenant.id}/endpoints`);
    expect(text).not.toContain(whole.clientKey.split('\n')[1]);
    expect((await patch(body.id, { tls: null })).body.tls).toBeNull();
  });

  it.each([
    ['a certificate without its key', { clientCertificate: whole.clientCertificate }],
    ['a key that is another certificate’s', { ...whole, clientKey: pem('untrusted.key') }],
    ['a hidden key that there is none for', { ...whole, clientKey: '•••' }],
    ['a CA that is none', { ca: 'trust me' }],
  ])('refuses %s', async (_, tls) => {
    const { status, body } = await create({ tls });
    expect([status, body.code, body.errors?.[0]?.path]).toEqual([422, 'endpoint_tls_refused', 'tls']);
    expect(JSON.stringify(body)).not.toContain('PRIVATE KEY');
  });

  it('refuses an identity for a URL that is not encrypted, whichever comes second', async () => {
    const refusal = { status: 422, body: { code: 'validation_failed', errors: [{ path: 'tls' }] } };
    const url = 'http://127.0.0.1:1/';
    expect(await create({ url, tls: { ca } })).toMatchObject(refusal);
    const { body } = await create({ tls: { ca } });
    expect(await patch(body.id, { url })).toMatchObject(refusal);
  });
});
