/**
 * A customer's server that writes down every webhook-id it is sent, when, and what it answered. It is the half of the truth
 * that Posthorn cannot touch: whatever the ledger says, this is what arrived.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Receipt {
  webhookId: string;
  path: string;
  atMs: number;
  /** Of `webhook-timestamp`. */
  timestampSeconds: number;
  /** 1 for the first time that this id came to this path. */
  time: number;
  /** What it was, or was going to be, answered. */
  status: number;
}

export interface Reaction {
  status?: number;
  delayMs?: number;
  headers?: Record<string, string>;
}

export interface RecordingReceiver {
  readonly receipts: readonly Receipt[];
  url(path: string): string;
  /** Of every request from now on; 200 at once until told otherwise. */
  reactWith(react: (receipt: Omit<Receipt, 'status'>) => Reaction): void;
  /** The most requests that were open at a time, of one path. */
  inFlightMax(path: string): number;
  close(): Promise<void>;
}

export async function startRecordingReceiver(): Promise<RecordingReceiver> {
  const receipts: Receipt[] = [];
  const times = new Map<string, number>();
  const inFlight = new Map<string, { now: number; most: number }>();
  let react: (receipt: Omit<Receipt, 'status'>) => Reaction = () => ({});

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for await (const chunk of request) void chunk; // only what arrived whole has arrived
    const path = request.url ?? '';
    const webhookId = String(request.headers['webhook-id']);
    const time = (times.get(`${path} ${webhookId}`) ?? 0) + 1;
    times.set(`${path} ${webhookId}`, time);
    const timestampSeconds = Number(request.headers['webhook-timestamp']);
    const arrived = { webhookId, path, atMs: Date.now(), timestampSeconds, time };
    const { status = 200, delayMs = 0, headers } = react(arrived);
    receipts.push({ ...arrived, status });
    if (delayMs > 0) await sleep(delayMs);
    response.writeHead(status, headers).end();
  }

  const server = createServer((request, response) => {
    const flight = inFlight.get(request.url ?? '') ?? { now: 0, most: 0 };
    inFlight.set(request.url ?? '', flight);
    flight.most = Math.max(flight.most, ++flight.now);
    response.on('close', () => flight.now--);
    // A sender that dies in the middle is what this is for.
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    receipts,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    reactWith: (reaction) => {
      react = reaction;
    },
    inFlightMax: (path) => inFlight.get(path)?.most ?? 0,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
