/** The spans that a trace gets from us, and the traceparents that go into the ledger and out to receivers. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { startTracing } from '../../src/telemetry/otlp-tracing.js';

const EMITTER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const ids = {
  deliveryId: '01990000-0000-7000-8000-000000000001',
  eventId: '01990000-0000-7000-8000-000000000002',
  endpointId: '01990000-0000-7000-8000-000000000003',
  tenantId: '01990000-0000-7000-8000-000000000004',
  eventType: 'invoice.paid',
  attemptNumber: 2,
};

function tracing(samplePercent = 100) {
  const exporter = new InMemorySpanExporter();
  const settings = { endpoint: 'http://127.0.0.1:1', samplePercent, role: 'all' };
  return { exporter, tracing: startTracing(settings, new SimpleSpanProcessor(exporter)) };
}

describe('a trace', () => {
  it('goes from the emitter through emit to the attempt, which is linked to it', () => {
    const { exporter, tracing: traces } = tracing();
    const emit = traces.emit(EMITTER, 'invoice.paid');
    emit.end('accepted');
    const attempt = traces.attempt(emit.traceparent, ids);
    attempt.end({ statusCode: 503, errorCode: 'http_server_error' });

    const [emitted, attempted] = exporter.getFinishedSpans();
    const traceId = EMITTER.split('-')[1];
    expect(emitted?.spanContext().traceId).toBe(traceId);
    expect(emitted?.parentSpanContext?.spanId).toBe(EMITTER.split('-')[2]);
    expect(attempted?.spanContext().traceId).toBe(traceId);
    expect(attempted?.parentSpanContext?.spanId).toBe(emitted?.spanContext().spanId);
    expect(attempted?.links[0]?.context.spanId).toBe(emitted?.spanContext().spanId);
    expect(attempt.traceparent).toBe(`00-${traceId}-${attempted?.spanContext().spanId}-01`);
    expect(attempted?.attributes).toMatchObject({
      'posthorn.delivery_id': 'dlv_01990000000070008000000000000001',
      'posthorn.attempt': 2,
      'http.response.status_code': 503,
      'error.type': 'http_server_error',
    });
  });

  it('begins with us when the emitter has none, or sends nonsense', () => {
    const { exporter, tracing: traces } = tracing();
    for (const parent of [undefined, 'nonsense', '00-short-01']) traces.emit(parent, 'a').end('accepted');
    for (const span of exporter.getFinishedSpans()) expect(span.parentSpanContext).toBeUndefined();
    expect(exporter.getFinishedSpans()).toHaveLength(3);
  });

  it('that the emitter does not sample is passed on and not recorded', () => {
    const { exporter, tracing: traces } = tracing();
    const emit = traces.emit(EMITTER.replace(/01$/, '00'), 'a');
    emit.end('accepted');
    expect(emit.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('is sent to the collector when the process stops, at the latest', async () => {
    const bodies: string[] = [];
    const collector = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        bodies.push(`${request.url} ${body}`);
        response.end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as AddressInfo;
    const traces = startTracing({ endpoint: `http://127.0.0.1:${port}`, samplePercent: 100, role: 'all' });
    traces.emit(EMITTER, 'invoice.paid').end('accepted');
    await traces.close();
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatch(/^\/v1\/traces .*posthorn/);
    collector.close();
  });

  it('does not hold up the end when the collector is away', async () => {
    const traces = startTracing({ endpoint: 'http://127.0.0.1:1', samplePercent: 100, role: 'all' });
    traces.emit(EMITTER, 'a').end('accepted');
    await expect(traces.close()).resolves.toBeUndefined();
  });
});
