/**
 * A receiver to try Posthorn against: it verifies each webhook with the published Standard Webhooks library, as a customer
 * would, reports what it got, and behaves as the path says (receiver-behaviour.ts).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { type Behaviour, behaviourOf } from './receiver-behaviour.js';

export type Verdict = 'verified' | 'bad signature' | 'not verified';

export interface Received {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  verdict: Verdict;
  /** What it was answered with; undefined when it was left hanging. */
  status: number | undefined;
}

export interface ReceiverOptions {
  /** `whsec_…`; a webhook that any one of them signed is good. None: nothing is verified. */
  secrets: string[];
  /** For every path that names no behaviour itself. */
  otherwise: Behaviour;
  report: (received: Received) => void;
}

/** Far above what Posthorn sends; keeps a stray upload from filling memory. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** How many webhooks `/flaky` remembers the failures of before it forgets the oldest. */
const REMEMBERED_MAX = 10_000;

export function createReceiver({ secrets, otherwise, report }: ReceiverOptions): Server {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  const failures = new Map<string, number>();

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const headers = plainHeaders(request);
    const path = request.url ?? '/';
    const verdict = verify(webhooks, body, headers);
    const behaviour = behaviourOf(path) ?? otherwise;
    const answer =
      verdict === 'bad signature' ? { status: 401 } : decide(behaviour, `${path} ${headers['webhook-id']}`);
    report({
      method: request.method ?? '',
      path,
      headers,
      body: body.toString('utf8'),
      verdict,
      status: answer?.status,
    });
    if (answer === undefined) return; // the sender hangs up when it has had enough
    await sleep(answer.afterMs ?? 0);
    response.writeHead(answer.status, answer.headers).end();
  }

  /** @returns undefined: no answer at all. */
  function decide(
    behaviour: Behaviour,
    webhook: string,
  ): Omit<Behaviour & { kind: 'answer' }, 'kind'> | undefined {
    switch (behaviour.kind) {
      case 'answer':
        return behaviour;
      case 'hang':
        return undefined;
      case 'flaky': {
        const failed = failures.get(webhook) ?? 0;
        if (failed >= behaviour.failures) return { status: 200 };
        failures.set(webhook, failed + 1);
        for (const oldest of failures.keys()) {
          if (failures.size <= REMEMBERED_MAX) break;
          failures.delete(oldest);
        }
        return { status: 503 };
      }
    }
  }

  return createServer((request, response) => {
    receive(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined); // the sender broke off, or sent too much
    });
  });
}

function verify(webhooks: Webhook[], body: Buffer, headers: Record<string, string>): Verdict {
  if (webhooks.length === 0) return 'not verified';
  const good = webhooks.some((webhook) => {
    try {
      webhook.verify(body, headers, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  });
  return good ? 'verified' : 'bad signature';
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
}
