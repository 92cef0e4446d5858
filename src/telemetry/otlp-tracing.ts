/**
 * Traces by OpenTelemetry, sent in batches to a collector (OTLP over HTTP). Imported only when an endpoint is configured, so
 * that an installation without tracing does not even load the library.
 *
 * A collector that is away costs nothing but its spans: the batch processor drops what it cannot hold. Ids are in
 * attributes, payloads and URLs never.
 */
import { SpanKind, SpanStatusCode, TraceFlags, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { toPublicId } from '../model/id.js';
import { VERSION } from '../version.js';
import { within } from '../within.js';
import type { AttemptIds, TracedAttempt, TracedEmit, Tracing } from './tracing.js';

export interface TracingSettings {
  /** Where /v1/traces is added to. */
  endpoint: string;
  samplePercent: number;
  role: string;
}

const CLOSE_MS_MAX = 2_000;

export function startTracing(
  settings: TracingSettings,
  processor: SpanProcessor = new BatchSpanProcessor(
    new OTLPTraceExporter({ url: `${settings.endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: 5_000 }),
    { maxQueueSize: 8_192, maxExportBatchSize: 512, scheduledDelayMillis: 2_000, exportTimeoutMillis: 5_000 },
  ),
): Tracing {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'posthorn',
      'service.version': VERSION,
      'service.instance.role': settings.role,
    }),
    // An emitter that has decided is followed, whatever it has decided.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(settings.samplePercent / 100) }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('posthorn', VERSION);

  return {
    emit(parent, eventType): TracedEmit {
      const span = tracer.startSpan(
        'emit',
        { kind: SpanKind.PRODUCER, attributes: { 'posthorn.event_type': eventType } },
        contextOf(parent ?? null),
      );
      return {
        traceparent: traceparentOf(span),
        end: (result) => {
          span.setAttribute('posthorn.result', result);
          if (result !== 'accepted' && result !== 'replayed') span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },

    attempt(parent, ids): TracedAttempt {
      const emitted = spanContextOf(parent);
      const span = tracer.startSpan(
        'attempt',
        {
          kind: SpanKind.CONSUMER,
          attributes: attributesOf(ids),
          links: emitted === undefined ? [] : [{ context: emitted }],
        },
        contextOf(parent),
      );
      return {
        traceparent: traceparentOf(span),
        end: ({ statusCode, errorCode }) => {
          if (statusCode !== null) span.setAttribute('http.response.status_code', statusCode);
          if (errorCode !== null) {
            span.setAttribute('error.type', errorCode);
            span.setStatus({ code: SpanStatusCode.ERROR });
          }
          span.end();
        },
      };
    },

    close: () => within(CLOSE_MS_MAX, provider.shutdown()),
  };
}

function attributesOf(ids: AttemptIds): Record<string, string | number> {
  return {
    'posthorn.delivery_id': toPublicId('dlv', ids.deliveryId),
    'posthorn.event_id': toPublicId('evt', ids.eventId),
    'posthorn.endpoint_id': toPublicId('ep', ids.endpointId),
    'posthorn.tenant_id': toPublicId('ten', ids.tenantId),
    'posthorn.event_type': ids.eventType,
    'posthorn.attempt': ids.attemptNumber,
  };
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

function spanContextOf(traceparent: string | null) {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

function contextOf(traceparent: string | null) {
  const parent = spanContextOf(traceparent);
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
