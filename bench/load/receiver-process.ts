/**
 * The customers' side: many endpoints in one process, each known by the number that its URL ends with. It counts every
 * webhook by id and endpoint, and behaves as it is told: answers, fails, hangs, is slow.
 *
 * A webhook counts as delivered when its 2xx was written: what the sender then makes of it is what is checked. For
 * measuring the load generator alone it also answers emits as the API would.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { MessageReader } from './message-reader.js';
import { monotonicMs } from './monotonic.js';
import { ID_PREFIX, readId } from './public-id.js';
import { RecordIndex } from './record-index.js';
import { KEY_WORDS, Records } from './records.js';
import { RECEIVED, type Behaviour, type ListenOptions, type ReceiverMethods } from './receiver.js';
import { serve } from './remote.js';

const WEBHOOK_ID = Buffer.from('\r\nwebhook-id: ');
const EMIT_ANSWER = answer(202, `{"id":"evt_${'0'.repeat(32)}","status":"accepted"}`);
const OK = answer(200, '');
const ANSWER: Behaviour = { kind: 'answer' };
const PATH_AT = 'POST /'.length;
const ZERO = 48;
const NINE = 57;

let records = new Records(RECEIVED.bytes);
let index = new RecordIndex(records);
const key = new Uint32Array(KEY_WORDS);
const behaviours: Behaviour[] = [];
const servers: Server[] = [];
let requests = 0;
let delivered = 0;
let duplicates = 0;

const methods: ReceiverMethods = {
  async listen({ hosts, tls }: ListenOptions) {
    const ports = await Promise.all(hosts.map((host) => listen(host, tls)));
    return ports;
  },

  behave(from, to, behaviour) {
    for (let endpoint = from; endpoint < to; endpoint++) behaviours[endpoint] = behaviour;
  },

  progress: () => ({ requests, delivered, duplicates }),

  write: (file) => records.write(file),

  reset() {
    records = new Records(RECEIVED.bytes);
    index = new RecordIndex(records);
    behaviours.length = 0;
    requests = delivered = duplicates = 0;
    for (const server of servers.splice(0)) server.close();
  },
};

serve(methods);

function listen(host: string, tls: ListenOptions['tls']): Promise<number> {
  const server = tls ? createTlsServer(tls, connect) : createServer({ noDelay: true }, connect);
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, 4_096, () => resolve((server.address() as { port: number }).port));
  });
}

function connect(socket: Socket): void {
  const reader = new MessageReader((bytes, start, bodyStart) => receive(socket, bytes, start, bodyStart));
  socket.on('data', (chunk) => reader.push(chunk));
  socket.on('error', () => socket.destroy());
}

function receive(socket: Socket, bytes: Buffer, start: number, bodyStart: number): void {
  requests++;
  const found = bytes.indexOf(WEBHOOK_ID, start);
  if (found === -1 || found > bodyStart) {
    socket.write(EMIT_ANSWER);
    return;
  }
  readId(bytes, found + WEBHOOK_ID.length + ID_PREFIX.length, key);
  const endpoint = endpointOf(bytes, start + PATH_AT);
  key[4] = endpoint;
  behave(socket, behaviours[endpoint] ?? ANSWER, key);
}

function behave(socket: Socket, behaviour: Behaviour, itsKey: Uint32Array): void {
  switch (behaviour.kind) {
    case 'answer':
      count(itsKey);
      socket.write(OK);
      return;
    case 'fail':
      socket.write(answer(behaviour.status, ''));
      return;
    case 'hang':
      return;
    case 'delay': {
      const kept = itsKey.slice(); // by then it will hold another's
      setTimeout(() => {
        if (socket.destroyed) return; // the sender gave up
        count(kept);
        socket.write(OK);
      }, behaviour.ms);
    }
  }
}

function count(itsKey: Uint32Array): void {
  const record = index.findOrAdd(itsKey);
  const numberAt = records.numberAt(record);
  const times = ++records.words[records.wordAt(record) + RECEIVED.countWord]!;
  const now = monotonicMs();
  if (times === 1) {
    delivered++;
    records.numbers[numberAt + RECEIVED.firstNumber] = now;
  } else {
    duplicates++;
  }
  records.numbers[numberAt + RECEIVED.lastNumber] = now;
}

function endpointOf(bytes: Buffer, at: number): number {
  let endpoint = 0;
  for (; bytes[at]! >= ZERO && bytes[at]! <= NINE; at++) endpoint = endpoint * 10 + bytes[at]! - ZERO;
  return endpoint;
}

function answer(status: number, body: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status} Bench\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}
