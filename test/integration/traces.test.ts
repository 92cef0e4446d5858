/** One trace from the emitter to the receiver, as a collector and a receiver see it, retries included. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { startTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const EMITTER = `00-${TRACE_ID}-b7ad6b7169203331-01`;

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  links?: { traceId: string; spanId: string }[];
  startTimeUnixNano: string;
}

let cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  cleanUps = [];
});

/** An OpenTelemetry collector, as far as traces in JSON go. */
async function startCollector(): Promise<{ url: string; spans: Span[] }> {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
      };
      for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans };
}

it('goes from the emitter through emit and every attempt to the receiver', async () => {
  const collector = await startCollector();
  const receiver = await startReceiver();
  cleanUps.push(() => receiver.close());
  const posthorn = await startTestPosthorn({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  receiver.respondWith(() => ({ status: receiver.requests.length === 0 ? 500 : 200 }));
  try {
    const { id: tenant } = await posthorn.client.createTenant();
    await posthorn.client.createEndpoint(tenant, {
      url: receiver.url(),
      retry: { scheduleSeconds: [1] },
    });
    await posthorn.client.emit(tenant, {}, { traceparent: EMITTER });
    await receiver.waitFor(2);
  } finally {
    await posthorn.close(); // sends what has not been sent yet
  }

  const emit = collector.spans.find(({ name }) => name === 'emit')!;
  const attempts = collector.spans
    .filter(({ name }) => name === 'attempt')
    .sort((a, b) => (BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1));
  expect(emit).toMatchObject({ traceId: TRACE_ID, parentSpanId: 'b7ad6b7169203331' });
  expect(attempts).toHaveLength(2);
  for (const attempt of attempts) {
    expect(attempt).toMatchObject({ traceId: TRACE_ID, parentSpanId: emit.spanId });
    expect(attempt.links).toMatchObject([{ traceId: TRACE_ID, spanId: emit.spanId }]);
  }
  expect(receiver.requests.map(({ headers }) => headers.traceparent)).toEqual(
    attempts.map(({ spanId }) => `00-${TRACE_ID}-${spanId}-01`),
  );
});

it('is passed on untouched when there is no collector', async () => {
  const receiver = await startReceiver();
  cleanUps.push(() => receiver.close());
  const posthorn = await startTestPosthorn();
  cleanUps.push(() => posthorn.close());
  const { id: tenant } = await posthorn.client.createTenant();
  await posthorn.client.createEndpoint(tenant, { url: receiver.url() });
  await posthorn.client.emit(tenant, {}, { traceparent: EMITTER });
  const [request] = await receiver.waitFor(1);
  expect(request!.headers.traceparent).toBe(EMITTER);
});
