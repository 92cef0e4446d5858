/**
 * Fills a running Posthorn with a plausible product: event types, tenants, endpoints that work and that do not, and
 * events. Everything goes through the API, as a product's own calls would; a receiver of its own plays the customers'
 * servers for as long as it runs.
 *
 *   node dist/dev/seed.js --url http://localhost:8070 --key <admin key> [--events 400]
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createReceiver } from './receiver-server.js';
import { eventTypes, tenants, type SeedTenant } from './seed-catalog.js';

export interface SeedOptions {
  url: string;
  key: string;
  events: number;
}

const BATCH = 50;
/** Long enough for first attempts, short enough to wait for. */
const SETTLE_MS = 4_000;

/** @returns what stops the customers' servers */
export async function seed({ url, key, events }: SeedOptions): Promise<() => Promise<void>> {
  const call = caller(url, key);
  const receiver = createReceiver({
    secrets: [],
    otherwise: { kind: 'answer', status: 200 },
    report: () => undefined,
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const origin = `http://localhost:${(receiver.address() as AddressInfo).port}`;

  for (const eventType of eventTypes) await call('POST', '/v1/event-types', eventType, [409]);
  for (const tenant of tenants) await register(call, tenant, origin);
  for (let from = 0; from < events; from += BATCH) {
    for (const tenant of tenants) {
      const share = Math.round((Math.min(BATCH, events - from) * tenant.weight) / 100);
      const batch = Array.from({ length: share }, (_, index) => event(from + index * 7));
      if (batch.length > 0)
        await call('POST', `/v1/tenants/${tenant.externalId}/events/batch`, { events: batch });
    }
  }
  await sleep(SETTLE_MS);
  return async () => {
    receiver.closeAllConnections();
    receiver.close();
    await once(receiver, 'close');
  };
}

type Call = (method: string, route: string, body: unknown, accepted?: number[]) => Promise<void>;

async function register(call: Call, tenant: SeedTenant, origin: string): Promise<void> {
  const { externalId, name, metadata, endpoints } = tenant;
  await call('POST', '/v1/tenants', { externalId, name, metadata }, [409]);
  for (const { path, description, eventTypes, settings } of endpoints) {
    const endpoint = { url: `${origin}${path}`, description, eventTypes, ...settings };
    await call('POST', `/v1/tenants/${externalId}/endpoints`, endpoint);
  }
}

/** Of many kinds, told apart by their numbers; the same each time. */
function event(number: number): object {
  const { name, example } = eventTypes[number % eventTypes.length]!;
  const invoice = `in_${4_000 + (number % 900)}`;
  const amount = 1_000 + ((number * 7_919) % 90_000);
  return {
    type: name,
    data: { ...example, ...('invoice' in example && { invoice }), ...('amount' in example && { amount }) },
  };
}

function caller(url: string, key: string): Call {
  return async (method, route, body, accepted = []) => {
    const response = await fetch(url + route, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok && !accepted.includes(response.status)) {
      throw new Error(`${method} ${route} → ${response.status} ${await response.text()}`);
    }
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://localhost:8070' },
      key: { type: 'string' },
      events: { type: 'string', default: '400' },
    },
  });
  if (values.key === undefined) throw new Error('--key: give an admin key');
  const stop = await seed({ url: values.url, key: values.key, events: Number(values.events) });
  console.log(
    'Seeded. The customers’ servers answer until Ctrl-C, so that retries and replays have somebody to reach.',
  );
  process.once('SIGINT', () => void stop().then(() => process.exit()));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
