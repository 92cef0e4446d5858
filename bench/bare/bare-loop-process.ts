/**
 * The ceiling: what is left of sending webhooks on this stack when everything that makes it reliable is left out. Reads
 * an event over HTTP, signs it, sends it with undici, answers, keeps nothing. No auth, no ledger, no retry, no log.
 *
 * It answers when the receiver has: with that it cannot pile up work that it will never be asked about.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { newUuid, toPublicId } from '../../src/model/id.js';
import { parseSigningKey, sign } from '../../src/dispatcher/sign.js';
import { serve } from '../load/remote.js';
import { emitBody } from '../load/payload.js';
import type { BareLoopMethods } from './bare-loop.js';

interface Event {
  type: string;
  data: unknown;
}

/** As many as the load generator has, so that nothing waits for a connection. */
const CONNECTIONS = 256;

const keys = [parseSigningKey(`whsec_${randomBytes(32).toString('base64')}`)];

/** Requests at a time when it only sends. */
const SENDERS = 64;

let receiver: Pool;

const methods: BareLoopMethods = {
  start: (receiverOrigin) => {
    receiver = new Pool(receiverOrigin, { connections: CONNECTIONS, pipelining: 1 });
    const server = createServer((request, response) => {
      void forward(request, response);
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
  },
  send: async (durationMs) => {
    const { type, data } = JSON.parse(emitBody()) as Event;
    const endsAt = performance.now() + durationMs;
    let sent = 0;
    const sendOn = async (): Promise<void> => {
      for (; performance.now() < endsAt; sent++) await signAndSend({ type, data });
    };
    await Promise.all(Array.from({ length: SENDERS }, sendOn));
    return sent;
  },
};

serve(methods);

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { id, statusCode } = await signAndSend(JSON.parse(await textOf(request)) as Event);
  const text = `{"id":"${id}"}`;
  response.writeHead(statusCode === 200 ? 202 : 502, { 'content-length': text.length }).end(text);
}

async function signAndSend({ type, data }: Event): Promise<{ id: string; statusCode: number }> {
  const nowMs = Date.now();
  const id = toPublicId('evt', newUuid(nowMs));
  const timestamp = Math.floor(nowMs / 1000);
  const body = JSON.stringify({ type, timestamp: new Date(nowMs).toISOString(), data });
  const { statusCode, body: answer } = await receiver.request({
    path: '/0',
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(keys, id, timestamp, body),
    },
    body,
  });
  await answer.dump();
  return { id, statusCode };
}

function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
}
