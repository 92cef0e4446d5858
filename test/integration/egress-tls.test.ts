/** TLS is verified, 1.2 or later, and each way in which it fails has a code of its own. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type Egress, type EgressOptions, type SendResult } from '../../src/egress/egress.js';
import { judgeTlsIdentity } from '../../src/egress/tls-identity.js';
import { egressForTests, post } from '../support/egress-for-tests.js';
import { reply, startRawReceiver, type RawReceiver } from '../support/raw-receiver.js';

const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');

const authority = pem('authority');
const client = { clientCertificate: pem('client'), clientKey: pem('client.key') };

let receiver: RawReceiver | undefined;
let egress: Egress | undefined;

afterEach(async () => {
  await egress?.close();
  await receiver?.close();
  egress = receiver = undefined;
});

async function start(
  certificate: string,
  tls: TlsOptions = {},
  options: Partial<EgressOptions> = {},
): Promise<{ receiver: RawReceiver; egress: Egress }> {
  receiver = await startRawReceiver((socket) => socket.write(reply('200 OK')), {
    cert: pem(certificate),
    key: pem(`${certificate}.key`),
    ...tls,
  });
  // The certificates are for receiver.test; the name is resolved by hand.
  egress = egressForTests({ caCertificates: [authority], lookup: async () => ['127.0.0.1'], ...options });
  return { receiver, egress };
}

async function sendTo(certificate: string, tls: TlsOptions = {}, changes = {}): Promise<SendResult> {
  const { receiver, egress } = await start(certificate, tls);
  return egress.send(post(`https://receiver.test:${receiver.port}/`, changes));
}

describe('a certificate', () => {
  it('that is valid lets the request through, with the time that TLS took', async () => {
    const result = await sendTo('valid');
    expect(result).toMatchObject({ kind: 'response', statusCode: 200, remoteAddress: '127.0.0.1' });
    expect(result.timings.tlsMs).toBeGreaterThanOrEqual(0);
    expect(result.timings.dnsMs).toBeGreaterThanOrEqual(0);
  });

  it('may be for an address', async () => {
    const { receiver, egress } = await start('valid');
    expect(await egress.send(post(`https://127.0.0.1:${receiver.port}/`))).toMatchObject({ statusCode: 200 });
  });

  it('is for a name with a final dot as well', async () => {
    const { receiver, egress } = await start('valid');
    expect(await egress.send(post(`https://receiver.test.:${receiver.port}/`))).toMatchObject({
      statusCode: 200,
    });
  });

  it.each([
    ['expired', 'tls_certificate_expired'],
    ['not-yet-valid', 'tls_certificate_expired'],
    ['self-signed', 'tls_certificate_self_signed'],
    ['untrusted', 'tls_certificate_untrusted'],
    ['wrong-host', 'tls_hostname_mismatch'],
  ])('that is %s is refused as %s before anything is sent', async (certificate, code) => {
    const result = await sendTo(certificate);
    expect(result).toMatchObject({ kind: 'error', code, remoteAddress: '127.0.0.1' });
    expect(receiver?.requests).toHaveLength(0);
  });

  it('that was refused once is refused again', async () => {
    const { receiver, egress } = await start('wrong-host', { maxVersion: 'TLSv1.2' });
    for (const _ of [1, 2, 3]) {
      const result = await egress.send(post(`https://receiver.test:${receiver.port}/`));
      expect(result).toMatchObject({ code: 'tls_hostname_mismatch' });
    }
  });

  it('of a private authority is refused without configuration', async () => {
    const { receiver, egress } = await start('valid', {}, { caCertificates: [] });
    const result = await egress.send(post(`https://receiver.test:${receiver.port}/`));
    expect(result).toMatchObject({ code: 'tls_certificate_untrusted' });
  });
});

describe('a handshake', () => {
  it('in TLS 1.1 fails', async () => {
    const old: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    expect(await sendTo('valid', old)).toMatchObject({ kind: 'error', code: 'tls_handshake_failed' });
  });

  it('in TLS 1.2 succeeds', async () => {
    expect(await sendTo('valid', { maxVersion: 'TLSv1.2' })).toMatchObject({ statusCode: 200 });
  });

  it('offers HTTP/1.1 alone', async () => {
    const offered: string[] = [];
    await sendTo('valid', {
      ALPNCallback: ({ protocols }) => {
        offered.push(...protocols);
        return 'http/1.1';
      },
    });
    expect(offered).toEqual(['http/1.1']);
  });

  it('with a server that does not speak TLS fails', async () => {
    const plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await once(plain.listen(0, '127.0.0.1'), 'listening');
    egress = egressForTests();
    const { port } = plain.address() as AddressInfo;
    const result = await egress.send(post(`https://127.0.0.1:${port}/`));
    expect(result).toMatchObject({ kind: 'error', code: 'tls_handshake_failed' });
    plain.close();
  });

  it('that stalls is given up after the connect timeout', async () => {
    receiver = await startRawReceiver(() => {});
    egress = egressForTests({ connectTimeoutMs: 200 });
    const result = await egress.send(post(`https://127.0.0.1:${receiver.port}/`));
    expect(result).toMatchObject({
      kind: 'error',
      code: 'tls_handshake_timeout',
      message: 'no TLS session within 200 ms',
    });
  });

  it('that stalls never outlasts the attempt', async () => {
    receiver = await startRawReceiver(() => {});
    egress = egressForTests({ connectTimeoutMs: 10_000 });
    const result = await egress.send(post(`https://127.0.0.1:${receiver.port}/`, { timeoutMs: 200 }));
    expect(result).toMatchObject({
      code: 'timeout',
      message: 'no status line within 200 ms; stopped while negotiating TLS',
    });
  });
});

describe('an endpoint’s own TLS identity', () => {
  const demanding: TlsOptions = { requestCert: true, rejectUnauthorized: true, ca: authority };

  it('shows its client certificate to a server that demands one', async () => {
    expect(await sendTo('valid', demanding, { tls: client })).toMatchObject({ statusCode: 200 });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is missed by a server that demands one (%s)',
    async (maxVersion) => {
      const result = await sendTo('valid', { ...demanding, maxVersion });
      expect(result.kind).toBe('error');
      // A server of TLS 1.3 complains after the handshake, and its alert may be overtaken by the closing of the socket.
      expect(['tls_handshake_failed', 'connection_reset']).toContain(result.kind === 'error' && result.code);
      expect(receiver?.requests).toHaveLength(0);
    },
  );

  it('does not share connections with requests that show another', async () => {
    const { receiver, egress } = await start('valid');
    const url = `https://receiver.test:${receiver.port}/`;
    await egress.send(post(url, { tls: client }));
    await egress.send(post(url));
    expect(receiver.accepted).toBe(2);
    await egress.send(post(url, { tls: { ...client } }));
    await egress.send(post(url));
    expect(receiver.accepted).toBe(2);
  });

  it('may name a private CA, and then trusts it alone', async () => {
    const { receiver, egress } = await start('untrusted');
    const url = `https://receiver.test:${receiver.port}/`;
    expect(await egress.send(post(url, { tls: { ca: pem('stranger') } }))).toMatchObject({ statusCode: 200 });
    expect(await egress.send(post(url, { tls: { ca: authority } }))).toMatchObject({
      code: 'tls_certificate_untrusted',
    });
  });

  it('that is unusable is a failure with a code, and nothing is sent', async () => {
    const result = await sendTo('valid', {}, { tls: { ...client, clientKey: 'not a key' } });
    expect(result).toMatchObject({ kind: 'error', code: 'tls_identity_invalid' });
    expect(receiver?.accepted).toBe(0);
  });

  it('is judged when it is saved', () => {
    expect(judgeTlsIdentity({ ...client, ca: authority })).toEqual({ allowed: true });
    expect(judgeTlsIdentity({})).toEqual({ allowed: true });
    for (const identity of [
      { clientCertificate: client.clientCertificate },
      { clientKey: client.clientKey },
      { ...client, clientKey: pem('valid.key') },
      { ...client, clientCertificate: 'nonsense' },
      { ca: 'nonsense' },
    ]) {
      expect(judgeTlsIdentity(identity)).toMatchObject({ allowed: false });
    }
  });
});
