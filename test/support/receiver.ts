/**
 * A customer's server, for tests: real HTTP on 127.0.0.1, keeping every request as its bytes came. One receiver plays any number
 * of endpoints: give each a path of its own.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from './wait-for.js';

export interface ReceivedWebhook {
  method: string;
  path: string;
  /** With lower-case names; of a repeated header, the values joined as Node joins them. */
  headers: Record<string, string>;
  /** Name, value, name, value, … with the names as they were spelled. */
  rawHeaders: string[];
  body: Buffer;
  /** When the last byte of it had arrived. */
  receivedAt: Date;
}

export interface Reaction {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  delayMs?: number;
}

/** `hang` never answers; the connection stays open until the sender gives up. */
export type React = (webhook: ReceivedWebhook) => Reaction | 'hang';

export interface TestReceiver {
  url(path?: string): string;
  readonly requests: readonly ReceivedWebhook[];
  /** Until so many requests are there, or one that fits. @returns all of them that do */
  waitFor(
    what: number | ((webhook: ReceivedWebhook) => boolean),
    timeoutMs?: number,
  ): Promise<readonly ReceivedWebhook[]>;
  /** From now on; `{ status: 200 }` until told otherwise. */
  respondWith(reaction: Reaction | 'hang' | React): void;
  /** Requests by their `webhook-id`: more than one means that it was sent again. */
  byWebhookId(): Map<string, ReceivedWebhook[]>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<TestReceiver> {
  const requests: ReceivedWebhook[] = [];
  let react: React = () => ({ status: 200 });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const webhook = await read(request);
    const reaction = react(webhook);
    requests.push(webhook);
    if (reaction === 'hang') return;
    if (reaction.delayMs) await sleep(reaction.delayMs);
    response.writeHead(reaction.status ?? 200, reaction.headers).end(reaction.body);
  }

  const server = createServer((request, response) => {
    // A sender that hangs up in the middle is what some tests are about.
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: (path = '/') => `http://127.0.0.1:${port}${path}`,
    requests,
    waitFor: (what, timeoutMs) => {
      if (typeof what === 'function') {
        const fitting = () => requests.filter(what);
        return waitFor(() => fitting().length > 0 && fitting(), { timeoutMs, what: 'a webhook that fits' });
      }
      const wanted = `${what} webhooks at the receiver`;
      return waitFor(() => requests.length >= what && requests, { timeoutMs, what: wanted });
    },
    respondWith: (reaction) => {
      react = typeof reaction === 'function' ? reaction : () => reaction;
    },
    byWebhookId: () => byWebhookId(requests),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function byWebhookId(requests: ReceivedWebhook[]): Map<string, ReceivedWebhook[]> {
  const groups = new Map<string, ReceivedWebhook[]>();
  for (const request of requests) {
    const id = request.headers['webhook-id'] ?? '';
    const group = groups.get(id);
    if (group) group.push(request);
    else groups.set(id, [request]);
  }
  return groups;
}

async function read(request: IncomingMessage): Promise<ReceivedWebhook> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    rawHeaders: request.rawHeaders,
    body: Buffer.concat(chunks),
    receivedAt: new Date(),
  };
}
