/** The address that is judged is the address that is connected to, at each attempt anew. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AddressPolicy } from '../../src/egress/address-policy.js';
import { type Egress } from '../../src/egress/egress.js';
import { NameResolver } from '../../src/egress/name-resolver.js';
import { UrlPolicy } from '../../src/egress/url-policy.js';
import { egressForTests, post } from '../support/egress-for-tests.js';
import { reply, startRawReceiver, type RawReceiver } from '../support/raw-receiver.js';

let receiver: RawReceiver;
let egress: Egress | undefined;

beforeEach(async () => {
  receiver = await startRawReceiver((socket) => socket.write(reply('200 OK')));
});

afterEach(async () => {
  await egress?.close();
  await receiver.close();
});

/** Everything is as in production, where loopback is refused, except for what the test allows. */
const onlyPublic = new AddressPolicy({ allowedSubnets: [] });

describe('a literal address', () => {
  it.each([
    '127.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '2130706433',
    '127.1',
    'localhost',
  ])('that is private is refused without a packet: %s', async (host) => {
    egress = egressForTests({ addressPolicy: onlyPublic });
    const result = await egress.send(post(`http://${host}:${receiver.port}/`));
    expect(result).toMatchObject({ kind: 'error', code: 'address_blocked', remoteAddress: null });
    expect(result.kind === 'error' && result.message).toMatch(/deny: .+ \(.+\)/);
    expect(receiver.accepted).toBe(0);
    expect(egress.stats().origins).toBe(0);
  });

  it('is never looked up', async () => {
    egress = egressForTests({ lookup: () => Promise.reject(new Error('looked up')) });
    expect(await egress.send(post(receiver.url))).toMatchObject({ statusCode: 200 });
    expect(await egress.send(post(`http://localhost:${receiver.port}/`))).toMatchObject({ statusCode: 200 });
  });
});

describe('a name', () => {
  it('that was public when saved and is private when sent is blocked at the attempt', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    const lookup = async (): Promise<string[]> => answers.shift()!;
    const url = `http://rebinding.test:${receiver.port}/`;
    const saved = await new UrlPolicy({
      addresses: onlyPublic,
      allowHttp: true,
      allowedPorts: 'any',
      lookup,
    }).judgeResolved(url);
    expect(saved).toMatchObject({ allowed: true });

    egress = egressForTests({ addressPolicy: onlyPublic, lookup });
    expect(await egress.send(post(url))).toMatchObject({
      kind: 'error',
      code: 'address_blocked',
      message: 'rebinding.test is at 127.0.0.1: deny: 127.0.0.0/8 (loopback)',
      remoteAddress: null,
    });
    expect(receiver.accepted).toBe(0);
  });

  it('with one public and one private address is refused, in either order', async () => {
    for (const answers of [
      ['93.184.216.34', '10.0.0.1'],
      ['10.0.0.1', '93.184.216.34'],
    ]) {
      const mixed = egressForTests({ addressPolicy: onlyPublic, lookup: async () => answers });
      expect(await mixed.send(post('https://mixed.test/'))).toMatchObject({ code: 'address_blocked' });
      await mixed.close();
    }
  });

  it('is looked up once for a connection, which then goes to what was judged', async () => {
    // A second look-up between judging and connecting would be answered with an address that must not be reached.
    let lookups = 0;
    egress = egressForTests({
      addressPolicy: new AddressPolicy({ allowedSubnets: ['127.0.0.1/32'] }),
      lookup: async () => (lookups++ === 0 ? ['127.0.0.1'] : ['127.0.0.2']),
    });
    const result = await egress.send(post(`http://once.test:${receiver.port}/`));
    expect(result).toMatchObject({ statusCode: 200, remoteAddress: '127.0.0.1' });
    expect(lookups).toBe(1);
    expect(receiver.requests[0]?.head).toContain(`host: once.test:${receiver.port}`);
  });

  it('whose lookup answers nonsense is refused', async () => {
    egress = egressForTests({ lookup: async () => ['example.com'] });
    expect(await egress.send(post('http://odd.test/'))).toMatchObject({ code: 'address_blocked' });
  });

  it('is tried at its next address when nothing listens at the first', async () => {
    egress = egressForTests({ lookup: async () => ['127.0.0.9', '127.0.0.1'] });
    const result = await egress.send(post(`http://two.test:${receiver.port}/`));
    expect(result).toMatchObject({ statusCode: 200, remoteAddress: '127.0.0.1' });
  });

  it('where nothing listens at all is refused by the network', async () => {
    egress = egressForTests({ lookup: async () => ['127.0.0.9', '127.0.0.8'] });
    expect(await egress.send(post(`http://two.test:${receiver.port}/`))).toMatchObject({
      code: 'connection_refused',
      message: '127.0.0.9 refused the connection',
    });
  });

  it('stops an attempt in time when its look-up hangs', async () => {
    egress = egressForTests({ lookup: () => new Promise(() => {}), dnsTimeoutMs: 10_000 });
    expect(await egress.send(post('http://hang.test/', { timeoutMs: 200 }))).toMatchObject({
      code: 'timeout',
      message: 'no status line within 200 ms; stopped while resolving the name',
    });
  });
});

describe('a URL, asked again at the attempt', () => {
  it.each([
    ['http://user:secret@127.0.0.1/', {}],
    ['ftp://127.0.0.1/', {}],
    ['not a url', {}],
    ['http://127.0.0.1/', { allowHttp: false }],
    ['http://127.0.0.1:25/', { allowedPorts: undefined }],
    ['http://127.0.0.1:8080/', { allowedPorts: [443] }],
  ])('is refused: %s %j', async (url, options) => {
    egress = egressForTests(options);
    const result = await egress.send(post(url));
    expect(result).toMatchObject({ kind: 'error', code: 'url_invalid', timings: { totalMs: 0 } });
    expect(JSON.stringify(result)).not.toContain('secret');
  });
});

describe('the resolver', () => {
  let nameServer: UdpSocket;
  let asked: { name: string; type: number }[];
  let resolver: NameResolver;
  /** By `name/type`; a number is a response code, no entry is silence. */
  let zone: Record<string, string[] | number>;

  const A = 1;
  const AAAA = 28;

  beforeEach(async () => {
    asked = [];
    zone = {};
    nameServer = createSocket('udp4', (query, peer) => {
      const question = readQuestion(query);
      asked.push(question);
      const answer = zone[`${question.name}/${question.type}`];
      if (answer !== undefined) nameServer.send(answerTo(query, question, answer), peer.port, peer.address);
    });
    nameServer.bind(0, '127.0.0.1');
    await once(nameServer, 'listening');
    resolver = new NameResolver({ timeoutMs: 600, servers: [`127.0.0.1:${nameServer.address().port}`] });
  });

  afterEach(() => {
    nameServer.close();
  });

  it('answers the addresses of both families, IPv4 first', async () => {
    zone = { 'both.test/1': ['192.0.2.1', '192.0.2.2'], 'both.test/28': ['2001:db8:0:0:0:0:0:1'] };
    expect(await resolver.resolve('Both.Test.')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
  });

  it('asks for exactly the name: no search domains', async () => {
    zone = { 'db/1': 3, 'db/28': 3 };
    await expect(resolver.resolve('db')).rejects.toMatchObject({ code: 'dns_not_found' });
    expect(new Set(asked.map(({ name }) => name))).toEqual(new Set(['db']));
    expect(new Set(asked.map(({ type }) => type))).toEqual(new Set([A, AAAA]));
  });

  it('is content with one family when the other one fails', async () => {
    zone = { 'half.test/1': ['192.0.2.1'], 'half.test/28': 2 };
    expect(await resolver.resolve('half.test')).toEqual(['192.0.2.1']);
  });

  it('tells a name without addresses from servers that fail, and from servers that keep silent', async () => {
    zone = { 'none.test/1': [], 'none.test/28': [], 'broken.test/1': 2, 'broken.test/28': 2 };
    await expect(resolver.resolve('none.test')).rejects.toMatchObject({ code: 'dns_not_found' });
    await expect(resolver.resolve('broken.test')).rejects.toMatchObject({ code: 'dns_failed' });
    const before = performance.now();
    await expect(resolver.resolve('silent.test')).rejects.toMatchObject({ code: 'dns_timeout' });
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('asks once for all who want to know at the same time', async () => {
    zone = { 'busy.test/1': ['192.0.2.1'], 'busy.test/28': [] };
    await Promise.all(Array.from({ length: 50 }, () => resolver.resolve('busy.test')));
    expect(asked).toHaveLength(2);
    await resolver.resolve('busy.test');
    expect(asked).toHaveLength(4);
  });
});

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** RFC 1035, as little of it as an answer needs. */
function answerTo(
  query: Buffer,
  { type, end }: { type: number; end: number },
  answer: string[] | number,
): Buffer {
  const records = typeof answer === 'number' ? [] : answer.map((address) => addressBytes(address));
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | (typeof answer === 'number' ? answer : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  const bodies = records.map((bytes) =>
    Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, bytes.length]), bytes]),
  );
  return Buffer.concat([header, query.subarray(12, end), ...bodies]);
}

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  return Buffer.from(
    address
      .split(':')
      .map((part) => part.padStart(4, '0'))
      .join(''),
    'hex',
  );
}
