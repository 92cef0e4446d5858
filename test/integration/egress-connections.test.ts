/** Connections are reused, retired by age, closed when idle, and bounded in number. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { type Egress, type EgressOptions } from '../../src/egress/egress.js';
import { egressForTests, post } from '../support/egress-for-tests.js';
import { reply, startRawReceiver, type Answer, type RawReceiver } from '../support/raw-receiver.js';
import { waitFor } from '../support/wait-for.js';

const receivers: RawReceiver[] = [];
let egress: Egress;

afterEach(async () => {
  await egress.close();
  for (const receiver of receivers.splice(0)) await receiver.close();
});

const ok: Answer = (socket) => socket.write(reply('200 OK'));

async function start(answer: Answer, options: Partial<EgressOptions> = {}): Promise<RawReceiver> {
  const receiver = await startReceiver(answer);
  egress = egressForTests(options);
  return receiver;
}

async function startReceiver(answer: Answer): Promise<RawReceiver> {
  const receiver = await startRawReceiver(answer);
  receivers.push(receiver);
  return receiver;
}

describe('connections', () => {
  it('are reused, and then cost no time to open', async () => {
    const receiver = await start(ok, { lookup: async () => ['127.0.0.1'] });
    const url = `http://reuse.test:${receiver.port}/`;
    const first = await egress.send(post(url));
    const second = await egress.send(post(url));
    expect(receiver.accepted).toBe(1);
    expect(first.timings).toHaveProperty('dnsMs');
    expect(Object.keys(second.timings).sort()).toEqual(['firstByteMs', 'totalMs']);
    expect(second.remoteAddress).toBe('127.0.0.1');
  });

  it('are retired by age, so that a name that turned private is no longer reached', async () => {
    let address = '127.0.0.1';
    const receiver = await start(ok, {
      connectionAgeMsMax: 50,
      lookup: async () => [address],
    });
    const url = `http://moving.test:${receiver.port}/`;
    expect(await egress.send(post(url))).toMatchObject({ statusCode: 200 });
    address = '10.0.0.1';
    // Until then the old connection, judged when it was opened, may still serve.
    const blocked = await waitFor(
      async () => {
        const result = await egress.send(post(url));
        return result.kind === 'error' && result;
      },
      { what: 'the connection to be retired', timeoutMs: 2_000 },
    );
    expect(blocked).toMatchObject({ code: 'address_blocked' });
    expect(receiver.accepted).toBe(1);
  });

  it('are closed when they stand idle, and the origin is forgotten', async () => {
    const receiver = await start(ok, { idleOriginMs: 50 });
    await egress.send(post(receiver.url));
    expect(egress.stats()).toEqual({ inFlight: 0, origins: 1, idleConnections: 1 });
    await waitFor(() => egress.stats().origins === 0, { what: 'the origin to be forgotten' });
    expect(egress.stats().idleConnections).toBe(0);
    await waitFor(() => receiver.open.size === 0, { what: 'the connection to close' });
  });

  it('are bounded in number over all origins while idle; the longest idle close first', async () => {
    const receivers = [await start(ok, { idleConnectionsMax: 3 })];
    for (const _ of [2, 3, 4, 5]) receivers.push(await startReceiver(ok));
    for (const receiver of receivers) await egress.send(post(receiver.url));
    expect(egress.stats()).toMatchObject({ origins: 3, idleConnections: 3 });
    await waitFor(() => receivers[0]!.open.size + receivers[1]!.open.size === 0, {
      what: 'the oldest to close',
    });
    expect(receivers.slice(2).map((receiver) => receiver.open.size)).toEqual([1, 1, 1]);
  });

  it('of origins that fail leave nothing behind', async () => {
    await start(ok, { lookup: async () => ['127.0.0.1'] });
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, i) => egress.send(post(`http://dead-${i}.test:1/`))),
    );
    expect(new Set(results.map((result) => result.kind === 'error' && result.code))).toEqual(
      new Set(['connection_refused']),
    );
    expect(egress.stats()).toEqual({ inFlight: 0, origins: 0, idleConnections: 0 });
  });

  it('that the server closes between two requests are replaced without a failure', async () => {
    const receiver = await start((socket) => {
      socket.write(reply('200 OK'));
      setImmediate(() => socket.end());
    });
    for (let i = 0; i < 20; i++) {
      expect(await egress.send(post(receiver.url))).toMatchObject({ statusCode: 200 });
      await waitFor(() => receiver.open.size === 0, { what: 'the server to close' });
    }
    expect(receiver.requests).toHaveLength(20);
  });

  it('that the server says it will close are not used again', async () => {
    const receiver = await start((socket) => socket.end(reply('200 OK', 'bye', 'connection: close\r\n')));
    for (let i = 0; i < 20; i++) {
      expect(await egress.send(post(receiver.url))).toMatchObject({ statusCode: 200, bodyTruncated: false });
    }
    expect(receiver.accepted).toBe(20);
  });

  it('are closed before the server’s own Keep-Alive runs out', async () => {
    const receiver = await start((socket) => socket.write(reply('200 OK', '', 'keep-alive: timeout=1\r\n')));
    await egress.send(post(receiver.url));
    await egress.send(post(receiver.url));
    expect(receiver.accepted).toBe(2);
  });

  it('carry one request at a time', async () => {
    let atOnce = 0;
    let most = 0;
    const receiver = await start((socket) => {
      most = Math.max(most, ++atOnce);
      setTimeout(() => {
        atOnce -= 1;
        socket.write(reply('200 OK'));
      }, 20);
    });
    const results = await Promise.all(Array.from({ length: 10 }, () => egress.send(post(receiver.url))));
    expect(results.every((result) => result.kind === 'response')).toBe(true);
    expect(most).toBe(10);
    expect(receiver.accepted).toBe(10);
  });

  it('are never resent over: one send is one request', async () => {
    let answers = 0;
    const receiver = await start((socket) => {
      if (answers++ === 0) socket.write(reply('200 OK'));
      else socket.destroy();
    });
    await egress.send(post(receiver.url));
    expect(await egress.send(post(receiver.url))).toMatchObject({ code: 'connection_reset' });
    expect(receiver.requests).toHaveLength(2);
  });
});

describe('a server that does not accept', () => {
  it('is given up after the connect timeout', async () => {
    // It listens, its thread sleeps for ever, and the kernel accepts no more than the backlog on its behalf.
    const sleeper = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
         parentPort.postMessage(server.address().port);
         setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
       });`,
      { eval: true },
    );
    const [port] = (await once(sleeper, 'message')) as [number];
    const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await once(fillers[0]!, 'connect');
    egress = egressForTests({ connectTimeoutMs: 300 });
    const result = await egress.send(post(`http://127.0.0.1:${port}/`));
    expect(result).toMatchObject({ kind: 'error', code: 'connect_timeout' });
    expect(result.timings.totalMs).toBeGreaterThanOrEqual(300);
    for (const filler of fillers) filler.destroy();
    await sleeper.terminate();
  });
});

describe('when all connections to an origin are in use', () => {
  it('requests wait in line and are served in their order', async () => {
    const receiver = await start((socket) => setTimeout(() => socket.write(reply('200 OK')), 5), {
      connectionsPerOriginMax: 2,
    });
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => egress.send(post(`${receiver.url}/${i}`))),
    );
    expect(results.every((result) => result.kind === 'response')).toBe(true);
    expect(receiver.accepted).toBe(2);
    const order = receiver.requests.map(({ head }) => Number(/^POST \/(\d+) /.exec(head)?.[1]));
    expect(order.slice(2)).toEqual([...order.slice(2)].sort((a, b) => a - b));
  });

  it('a request that waits in vain ends in time, and it is not the endpoint’s fault', async () => {
    const receiver = await start(() => {}, { connectionsPerOriginMax: 1 });
    const hanging = egress.send(post(receiver.url, { timeoutMs: 600 }));
    const waiting = await egress.send(post(receiver.url, { timeoutMs: 200 }));
    expect(waiting).toMatchObject({
      code: 'connections_exhausted',
      message: 'no free connection within 200 ms',
    });
    expect(await hanging).toMatchObject({ code: 'timeout' });
    expect(receiver.requests).toHaveLength(1);
  });

  it('the line moves on when a connection fails', async () => {
    let count = 0;
    const receiver = await start(
      (socket) => (++count % 2 === 1 ? socket.destroy() : socket.write(reply('200 OK'))),
      { connectionsPerOriginMax: 1 },
    );
    const results = await Promise.all(Array.from({ length: 6 }, () => egress.send(post(receiver.url))));
    expect(results.map((result) => result.kind)).toEqual([
      'error',
      'response',
      'error',
      'response',
      'error',
      'response',
    ]);
  });
});
