/** The operator's proxy: everything leaves through it, addresses are judged all the same, and its failures are its own. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AddressPolicy } from '../../src/egress/address-policy.js';
import { type Egress, type EgressOptions } from '../../src/egress/egress.js';
import { blamesEndpoint } from '../../src/model/error-code.js';
import { egressForTests, post } from '../support/egress-for-tests.js';
import { reply, startRawReceiver, type Answer, type RawReceiver } from '../support/raw-receiver.js';

const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');
const serverTls = { cert: pem('valid'), key: pem('valid.key') };

let receiver: RawReceiver;
let proxy: RawReceiver | undefined;
let egress: Egress | undefined;

beforeEach(async () => {
  receiver = await startRawReceiver((socket) => socket.write(reply('200 OK', 'through')));
});

afterEach(async () => {
  await egress?.close();
  await proxy?.close();
  await receiver.close();
  proxy = egress = undefined;
});

/** A proxy that does as it is told. */
const tunnel: Answer = (socket, { head }) => {
  const [, host = '', port = ''] = /^CONNECT ([\d.]+):(\d+) HTTP/.exec(head) ?? [];
  const upstream: Socket = connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.removeAllListeners('data');
    socket.pipe(upstream).pipe(socket);
  });
  upstream.on('error', () => socket.destroy());
  socket.on('close', () => upstream.destroy());
};

async function start(
  answer: Answer,
  options: Partial<EgressOptions> = {},
  credentials = '',
): Promise<Egress> {
  proxy = await startRawReceiver(answer);
  egress = egressForTests({ proxyUrl: `http://${credentials}127.0.0.1:${proxy.port}`, ...options });
  return egress;
}

const lookup = async (): Promise<string[]> => ['127.0.0.1'];

describe('with a proxy', () => {
  it('http goes through a tunnel to the address that was judged, not to the name', async () => {
    const egress = await start(tunnel, { lookup });
    const result = await egress.send(post(`http://named.test:${receiver.port}/`));
    expect(result).toMatchObject({
      statusCode: 200,
      body: Buffer.from('through'),
      remoteAddress: '127.0.0.1',
    });
    expect(proxy?.requests[0]?.head).toContain(`CONNECT 127.0.0.1:${receiver.port} HTTP/1.1`);
    expect(proxy?.requests[0]?.head).not.toContain('named.test');
    expect(receiver.requests[0]?.head).toContain('host: named.test');
  });

  it('https is verified end to end', async () => {
    const secureReceiver = await startRawReceiver((socket) => socket.write(reply('200 OK')), serverTls);
    const egress = await start(tunnel, { lookup, caCertificates: [pem('authority')] });
    const good = await egress.send(post(`https://receiver.test:${secureReceiver.port}/`));
    const bad = await egress.send(post(`https://other.test:${secureReceiver.port}/`));
    expect(good).toMatchObject({ statusCode: 200 });
    expect(bad).toMatchObject({ code: 'tls_hostname_mismatch' });
    await secureReceiver.close();
  });

  it('a tunnel is reused', async () => {
    const egress = await start(tunnel);
    await egress.send(post(receiver.url));
    await egress.send(post(receiver.url));
    expect(proxy?.requests).toHaveLength(1);
    expect(receiver.requests).toHaveLength(2);
  });

  it('its credentials go to it and to nobody else', async () => {
    const egress = await start(tunnel, {}, 'user:p%40ss@');
    await egress.send(post(receiver.url));
    const expected = `proxy-authorization: Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(proxy?.requests[0]?.head).toContain(expected);
    expect(receiver.requests[0]?.head).not.toMatch(/proxy-/i);
  });

  it.each([
    'http://10.0.0.1/',
    'http://[::1]/',
    'http://2130706433/',
    'http://localhost/',
    'http://inside.test/',
  ])('the proxy never hears of an address that is refused: %s', async (url) => {
    const egress = await start(tunnel, {
      addressPolicy: new AddressPolicy({ allowedSubnets: [] }),
      lookup: async () => ['192.168.0.1'],
    });
    expect(await egress.send(post(url))).toMatchObject({ code: 'address_blocked', remoteAddress: null });
    expect(proxy?.accepted).toBe(0);
  });

  it.each([
    ['502 Bad Gateway', 'host_unreachable', true],
    ['504 Gateway Timeout', 'host_unreachable', true],
    ['407 Proxy Authentication Required', 'proxy_failed', false],
    ['403 Forbidden', 'proxy_failed', false],
    ['503 Service Unavailable', 'proxy_failed', false],
  ] as const)('its %s counts as %s', async (status, code, blamed) => {
    const egress = await start((socket) => socket.write(reply(status, 'no')));
    const result = await egress.send(post(receiver.url));
    expect(result).toMatchObject({ kind: 'error', code });
    expect(blamesEndpoint(code)).toBe(blamed);
    expect(receiver.accepted).toBe(0);
  });

  it('its failures are proxy_failed: nothing listens, it hangs up, it is silent, it is no proxy', async () => {
    const hangsUp = await start((socket) => socket.destroy());
    expect(await hangsUp.send(post(receiver.url))).toMatchObject({ code: 'proxy_failed' });
    await egress?.close();

    const port = proxy!.port;
    await proxy!.close();
    proxy = undefined;
    egress = egressForTests({ proxyUrl: `http://127.0.0.1:${port}` });
    expect(await egress.send(post(receiver.url))).toMatchObject({
      code: 'proxy_failed',
      message: 'the egress proxy failed: 127.0.0.1 refused the connection',
    });
    await egress.close();

    const silent = await start(() => {}, { connectTimeoutMs: 200 });
    expect(await silent.send(post(receiver.url))).toMatchObject({
      code: 'proxy_failed',
      message: 'the egress proxy failed: no tunnel within 200 ms',
    });
    await silent.close();
    await proxy!.close();

    const noProxy = await start((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await noProxy.send(post(receiver.url))).toMatchObject({ code: 'proxy_failed' });
  });

  it('an attempt ends in time while the proxy is silent', async () => {
    const egress = await start(() => {}, { connectTimeoutMs: 10_000 });
    expect(await egress.send(post(receiver.url, { timeoutMs: 200 }))).toMatchObject({
      code: 'timeout',
      message: 'no status line within 200 ms; stopped while connecting',
    });
  });
});

describe('with a proxy that is reached by https', () => {
  it('its certificate is verified, and requests pass', async () => {
    proxy = await startRawReceiver(tunnel, serverTls);
    const proxyUrl = `https://127.0.0.1:${proxy.port}`;
    egress = egressForTests({ proxyUrl, caCertificates: [pem('authority')] });
    expect(await egress.send(post(receiver.url))).toMatchObject({ statusCode: 200 });
    await egress.close();

    egress = egressForTests({ proxyUrl });
    expect(await egress.send(post(receiver.url))).toMatchObject({ code: 'proxy_failed' });
  });
});
