/** Whatever a receiver answers, and however slowly: an attempt ends in time, keeps little, and says which bound it met. */
import { type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Egress, type EgressOptions, type SendResult } from '../../src/egress/egress.js';
import { egressForTests, post } from '../support/egress-for-tests.js';
import { reply, startRawReceiver, type Answer, type RawReceiver } from '../support/raw-receiver.js';
import { waitFor } from '../support/wait-for.js';

let receiver: RawReceiver;
let egress: Egress;

afterEach(async () => {
  vi.restoreAllMocks();
  await egress.close();
  await receiver.close();
});

async function start(answer: Answer, options: Partial<EgressOptions> = {}): Promise<void> {
  receiver = await startRawReceiver(answer);
  egress = egressForTests(options);
}

async function sendTo(
  answer: Answer,
  changes = {},
  options: Partial<EgressOptions> = {},
): Promise<SendResult> {
  await start(answer, options);
  return egress.send(post(`${receiver.url}/hook?a=b`, changes));
}

/** Whatever can be done without hearing from the network is done: the socket is told to connect. */
async function connecting(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => process.nextTick(resolve));
}

/** What a pause (`SIGSTOP`, a starved container) looks like from inside: time has passed, and no timer has run yet. */
function letTimePass(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

const head200 = 'HTTP/1.1 200 OK\r\n';

describe('a request', () => {
  it('arrives as it was prepared, and its answer comes back with its times', async () => {
    const result = await sendTo((socket) => socket.write(reply('200 OK', 'thanks', 'x-a: 1\r\nx-a: 2\r\n')));

    expect(result).toMatchObject({
      kind: 'response',
      statusCode: 200,
      headers: { 'content-length': '6', 'x-a': ['1', '2'] },
      body: Buffer.from('thanks'),
      bodyTruncated: false,
      bodyCut: null,
      remoteAddress: '127.0.0.1',
    });
    expect(result.timings.connectMs).toBeGreaterThanOrEqual(0);
    expect(result.timings.totalMs).toBeGreaterThanOrEqual(result.timings.firstByteMs!);
    expect(result.timings).not.toHaveProperty('dnsMs');
    expect(result.timings).not.toHaveProperty('tlsMs');
    const [request] = receiver.requests;
    expect(request?.head.split('\r\n')[0]).toBe('POST /hook?a=b HTTP/1.1');
    expect(request?.head).toContain(`host: 127.0.0.1:${receiver.port}`);
    expect(request?.head).toContain('webhook-id: evt_1');
    expect(request?.body.toString()).toBe('{"type":"invoice.paid"}');
  });

  it('is not begun by a process that slept past its deadline while the connection was opened', async () => {
    await start((socket) => socket.write(reply('200 OK')));
    const sending = egress.send(post(receiver.url));
    await connecting();
    letTimePass(10_000);

    expect(await sending).toMatchObject({ kind: 'error', code: 'timeout' });
    await waitFor(() => receiver.accepted === 1 && receiver.open.size === 0, {
      what: 'the receiver to have heard all that there is',
    });
    expect(receiver.requests).toEqual([]);
  });

  it('carries a buffer byte for byte, and headers given as an object', async () => {
    const body = Buffer.from([0, 255, 10, 13, 128]);
    await sendTo((socket) => socket.write(reply('204 No Content')), {
      body,
      headers: { 'x-own': 'caf\u00e9' },
      method: 'PUT',
    });
    expect(receiver.requests[0]?.body).toEqual(body);
    expect(receiver.requests[0]?.head).toContain('PUT ');
    expect(receiver.requests[0]?.head).toContain('x-own: caf\u00e9');
  });

  it('with a header that cannot be sent ends as our own fault, not the endpoint’s', async () => {
    const result = await sendTo((socket) => socket.write(reply('200 OK')), {
      headers: ['x-a', 'b\r\nx-c: d'],
    });
    expect(result).toMatchObject({ kind: 'error', code: 'internal' });
    expect(receiver.requests).toHaveLength(0);
  });

  it.each([301, 302, 303, 307, 308])('is not sent on after a %d', async (status) => {
    const result = await sendTo((socket) =>
      socket.write(reply(`${status} Moved`, '', `location: ${receiver.url}/elsewhere\r\n`)),
    );
    expect(result).toMatchObject({ kind: 'response', statusCode: status });
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('a response that is too much', () => {
  it('keeps 16 KiB of a gigabyte and hangs up', async () => {
    let written = 0;
    const megabyte = Buffer.alloc(1_048_576, 'x');
    const result = await sendTo((socket) => {
      socket.write(`${head200}content-length: 1073741824\r\n\r\n`);
      const pump = (): void => {
        while (!socket.destroyed && written < 1_073_741_824) {
          written += megabyte.length;
          if (!socket.write(megabyte)) return void socket.once('drain', pump);
        }
      };
      pump();
    });
    expect(result).toMatchObject({ kind: 'response', statusCode: 200, bodyTruncated: true, bodyCut: 'size' });
    expect(result.body).toEqual(Buffer.alloc(16_384, 'x'));
    await waitFor(() => receiver.open.size === 0, { what: 'the connection to close' });
    expect(written).toBeLessThan(64 * 1_048_576);
  });

  it('does the same with chunks without end', async () => {
    const result = await sendTo((socket) => {
      socket.write(`${head200}transfer-encoding: chunked\r\n\r\n`);
      const chunk = `1000\r\n${'y'.repeat(4096)}\r\n`;
      const timer = setInterval(() => socket.write(chunk), 1);
      socket.on('close', () => clearInterval(timer));
    });
    expect(result).toMatchObject({ statusCode: 200, bodyTruncated: true, bodyCut: 'size' });
    expect(result.body).toHaveLength(16_384);
    await waitFor(() => receiver.open.size === 0, { what: 'the connection to close' });
  });

  it('cuts a slightly long one, and the connection serves the next request', async () => {
    await start((socket) => socket.write(reply('200 OK', 'z'.repeat(20_000))));
    const first = await egress.send(post(receiver.url));
    const second = await egress.send(post(receiver.url));
    expect(first).toMatchObject({ bodyTruncated: true, bodyCut: 'size' });
    expect(first.body).toHaveLength(16_384);
    expect(second).toMatchObject({ kind: 'response', statusCode: 200 });
    expect(receiver.accepted).toBe(1);
  });

  it('keeps a body of exactly the bound whole', async () => {
    const result = await sendTo((socket) => socket.write(reply('200 OK', 'z'.repeat(16_384))));
    expect(result).toMatchObject({ bodyTruncated: false, bodyCut: null });
    expect(result.body).toHaveLength(16_384);
  });

  it('refuses 40 KB of headers', async () => {
    const result = await sendTo((socket) =>
      socket.write(reply('200 OK', '', `x-big: ${'h'.repeat(40_000)}\r\n`)),
    );
    expect(result).toMatchObject({
      kind: 'error',
      code: 'response_headers_too_large',
      message: 'the response headers exceed 16 KiB',
    });
  });

  it('keeps a hundred of a thousand small headers', async () => {
    const headers = Array.from({ length: 1_000 }, (_, i) => `x-${i}: v\r\n`).join('');
    const result = await sendTo((socket) => socket.write(reply('200 OK', '', headers)));
    expect(result.kind).toBe('response');
    expect(Object.keys(result.headers ?? {})).toHaveLength(100);
  });
});

describe('a response that takes its time', () => {
  it('is a success once its 2xx is in, though the body drips: one second, no more', async () => {
    const result = await sendTo(
      (socket) => {
        socket.write(`${head200}content-length: 1000\r\n\r\n`);
        const timer = setInterval(() => socket.write('d'), 150);
        socket.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 20_000 },
    );
    expect(result).toMatchObject({ kind: 'response', statusCode: 200, bodyTruncated: true, bodyCut: 'time' });
    expect(result.timings.totalMs).toBeGreaterThanOrEqual(1_000);
    expect(result.timings.totalMs).toBeLessThan(5_000);
    expect(result.body?.toString()).toMatch(/^d+$/);
    await waitFor(() => receiver.open.size === 0, { what: 'the connection to close' });
  });

  it('keeps the status of a failure whose body drips, until the deadline', async () => {
    const result = await sendTo(
      (socket) => {
        socket.write('HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 1000\r\n\r\n');
        const timer = setInterval(() => socket.write('d'), 50);
        socket.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 400 },
    );
    expect(result).toMatchObject({ statusCode: 503, headers: { 'retry-after': '7' }, bodyCut: 'time' });
    expect(result.timings.totalMs).toBeGreaterThanOrEqual(400);
  });

  it('times out when the headers drip', async () => {
    const result = await sendTo(
      (socket) => {
        socket.write(`${head200}x-drip: `);
        const timer = setInterval(() => socket.write('d'), 50);
        socket.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 400 },
    );
    expect(result).toMatchObject({
      kind: 'error',
      code: 'timeout',
      message: 'no status line within 400 ms; stopped while waiting for the answer',
      remoteAddress: '127.0.0.1',
    });
  });

  it('times out when nothing comes, and hangs up', async () => {
    const result = await sendTo(() => {}, { timeoutMs: 200 });
    expect(result).toMatchObject({ kind: 'error', code: 'timeout' });
    expect(result.timings.totalMs).toBeGreaterThanOrEqual(200);
    await waitFor(() => receiver.open.size === 0, { what: 'the connection to close' });
  });

  it('times out under 1xx without end, when they come slowly', async () => {
    const result = await sendTo(
      (socket) => {
        const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 50);
        socket.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 400 },
    );
    expect(result).toMatchObject({ kind: 'error', code: 'timeout' });
  });

  it('gives up at once under 1xx without end, when they come fast', async () => {
    const result = await sendTo((socket) => {
      socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(1_000));
    });
    expect(result).toMatchObject({
      code: 'response_invalid',
      message: 'more than 32 informational responses',
    });
  });

  it('takes the final answer after a few 1xx', async () => {
    const result = await sendTo((socket) => {
      socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${reply('200 OK', 'ok').toString()}`);
    });
    expect(result).toMatchObject({ kind: 'response', statusCode: 200, body: Buffer.from('ok') });
  });
});

describe('a response that breaks', () => {
  it('after a 2xx status line is still a success', async () => {
    const result = await sendTo((socket) => {
      socket.write(`${head200}content-length: 1000\r\n\r\nhalf`, () => socket.destroy());
    });
    expect(result).toMatchObject({
      kind: 'response',
      statusCode: 200,
      body: Buffer.from('half'),
      bodyTruncated: true,
      bodyCut: 'connection',
    });
  });

  it('after a 2xx with malformed chunks is still a success', async () => {
    const result = await sendTo((socket) => {
      socket.write(`${head200}transfer-encoding: chunked\r\n\r\nnot-hex\r\n`);
    });
    expect(result).toMatchObject({ kind: 'response', statusCode: 200, bodyCut: 'connection' });
  });

  it('before a status line is a reset', async () => {
    const closed = await sendTo((socket) => socket.end());
    expect(closed).toMatchObject({ kind: 'error', code: 'connection_reset' });
  });

  it('by a TCP reset is a reset', async () => {
    const reset = await sendTo((socket) => socket.resetAndDestroy());
    expect(reset).toMatchObject({ kind: 'error', code: 'connection_reset' });
  });

  it.each([
    'SSH-2.0-OpenSSH_9.2\r\n',
    'HTTP/1.1 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 6\r\nHTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n',
    '\0\0\0',
  ])('by not being HTTP is invalid: %j', async (bytes) => {
    const result = await sendTo((socket) => socket.write(bytes));
    expect(result).toMatchObject({ kind: 'error', code: 'response_invalid' });
  });

  it('by switching protocols is invalid', async () => {
    const result = await sendTo((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'),
    );
    expect(result).toMatchObject({ kind: 'error', code: 'response_invalid' });
  });
});

describe('a body that is not plain text', () => {
  it('is kept compressed as it came', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const result = await sendTo((socket) =>
      socket.write(reply('200 OK', bomb, 'content-encoding: gzip\r\n')),
    );
    expect(result.body).toEqual(bomb);
    expect(receiver.requests[0]?.head).not.toMatch(/accept-encoding/i);
  });

  it('is kept with NUL bytes and invalid UTF-8', async () => {
    const bytes = Buffer.from([0x00, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x00]);
    const result = await sendTo((socket) =>
      socket.write(reply('500 Oops', bytes, 'x-latin1: caf\u00e9\r\n')),
    );
    expect(result).toMatchObject({ statusCode: 500, body: bytes });
  });

  it('may come with headers named like parts of JavaScript objects', async () => {
    const result = await sendTo((socket) =>
      socket.write(reply('200 OK', '', '__proto__: x\r\nconstructor: y\r\n')),
    );
    expect(Object.entries(result.headers ?? {})).toEqual(
      expect.arrayContaining([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
    );
  });
});

describe('any answer whatever', () => {
  const piece = fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\n\r\n',
    'HTTP/1.0 500 Oops\r\n',
    'content-length: 5\r\n',
    'content-length: 6\r\n',
    'transfer-encoding: chunked\r\n',
    'connection: close\r\n',
    'keep-alive: timeout=0\r\n',
    '\r\n',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    'hello',
    '\0',
  );
  const ending = fc.constantFrom<(socket: Socket) => void>(
    (socket) => socket.end(),
    (socket) => socket.destroy(),
    (socket) => socket.resetAndDestroy(),
    () => {},
  );

  it('ends each attempt in time, with one result, and leaves nothing in flight', async () => {
    let script: { pieces: string[]; end: (socket: Socket) => void } = { pieces: [], end: () => {} };
    await start(
      (socket) => {
        const { pieces, end } = script;
        for (const bytes of pieces) socket.write(bytes);
        setImmediate(() => end(socket));
      },
      { connectionsPerOriginMax: 3 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), ending, async (pieces, end) => {
        script = { pieces, end };
        const results = await Promise.all(
          Array.from({ length: 5 }, () => egress.send(post(receiver.url, { timeoutMs: 100 }))),
        );
        for (const result of results) expect(result.timings.totalMs).toBeLessThan(3_000);
        const codes = results.map((result) => (result.kind === 'error' ? result.code : 'response'));
        expect(codes).not.toContain('internal');
        expect(egress.stats().inFlight).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('closing', () => {
  it('ends what is in flight, refuses what comes after, and leaves no connection', async () => {
    await start(() => {});
    const pending = egress.send(post(receiver.url));
    await waitFor(() => receiver.requests.length === 1, { what: 'the request to arrive' });
    await egress.close();
    expect(await pending).toMatchObject({ kind: 'error', code: 'internal', message: 'egress was closed' });
    expect(await egress.send(post(receiver.url))).toMatchObject({
      code: 'internal',
      message: 'egress is closed',
    });
    await waitFor(() => receiver.open.size === 0, { what: 'the connection to close' });
    expect(egress.stats()).toEqual({ inFlight: 0, origins: 0, idleConnections: 0 });
  });
});
