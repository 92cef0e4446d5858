/** One attempt of one delivery, from the request to its record. */
import type { Logger } from 'pino';
import type { Egress } from '../egress/egress.js';
import { transition } from '../model/delivery.js';
import { newUuid, toPublicId } from '../model/id.js';
import type { FailedDelivery } from '../model/operational-event.js';
import type { Clock } from '../store/clock.js';
import type { LoadedDelivery, LoadedEvent } from '../store/load-deliveries.js';
import type { AttemptRecord } from '../store/record-attempts.js';
import type { Transformer } from '../transformation/transformer.js';
import type { Tracing } from '../telemetry/tracing.js';
import { expiresInMs, nextStep, type NextStep } from './next-step.js';
import { toOutcome, type AttemptResult, type Outcome } from './outcome.js';
import { prepare, type PreparedRequest, type PreparedTarget } from './prepare.js';
import type { Recorder } from './recorder.js';
import { sendWithToken } from './send-with-token.js';
import { transformedBody } from './transform.js';

export interface AttemptTools {
  clock: Clock;
  egress: Pick<Egress, 'send'>;
  recorder: Recorder;
  transformer: Transformer;
  log: Logger;
  /** A number in [0, 1), for the jitter. */
  random: () => number;
  /** Told of every attempt; for metrics. */
  observe?: (attempt: {
    outcome: Outcome;
    event: NextStep['event'];
    trigger: string;
    attemptNumber: number;
    durationMs: number;
    sinceAcceptedMs: number;
  }) => void;
  tracing?: Tracing;
  /** Told of deliveries whose last attempt has failed. */
  deliveryFailed?: (delivery: FailedDelivery) => void;
}

export interface CompletedAttempt {
  outcome: Outcome;
  /** False when a newer claim had overtaken this attempt: it is in the log and decided nothing. */
  applied: boolean;
  /** Until the next attempt, if there is to be one. */
  retryInMs: number | undefined;
}

/** @param sent called when the request is over and its slot may go to the next, before the record is committed */
export async function attempt(
  delivery: LoadedDelivery,
  event: LoadedEvent,
  target: PreparedTarget,
  tools: AttemptTools,
  sent: () => void,
): Promise<CompletedAttempt> {
  const startedAtMs = tools.clock.nowMs();
  const span = tools.tracing?.attempt(event.traceparent, {
    ...delivery,
    eventType: event.type,
    attemptNumber: delivery.attemptCount + 1,
  });
  const traced = span === undefined ? event : { ...event, traceparent: span.traceparent };
  const { request, result } = await send(delivery, traced, target, tools, startedAtMs);
  sent();
  const outcome = toOutcome(result, tools.clock.nowMs());
  const step = nextStep(
    outcome,
    target.target.retry,
    delivery.scheduleAttempts,
    tools.random(),
    expiresInMs(delivery, tools.clock.nowMs()),
  );
  const record = toRecord(delivery, request, result, outcome, step, startedAtMs);
  span?.end(record);
  const applied = await tools.recorder.record(record);
  tools.observe?.({
    outcome,
    event: step.event,
    trigger: delivery.trigger,
    attemptNumber: record.attemptNumber,
    durationMs: record.durationMs,
    sinceAcceptedMs: startedAtMs - delivery.createdAt.getTime(),
  });
  if (applied && step.event === 'schedule_exhausted') tools.deliveryFailed?.(toFailed(record, event));
  if (tools.log.isLevelEnabled('info')) logAttempt(tools.log, delivery, record, applied);
  return { outcome, applied, retryInMs: step.event === 'attempt_failed' ? step.delayMs : undefined };
}

async function send(
  delivery: LoadedDelivery,
  event: LoadedEvent,
  target: PreparedTarget,
  { egress, transformer }: AttemptTools,
  startedAtMs: number,
): Promise<{ request: Pick<PreparedRequest, 'url' | 'loggedHeaders'>; result: AttemptResult }> {
  const { transformation, url, timeoutMs } = target.target;
  let request: PreparedRequest;
  if (transformation === null) request = prepare(delivery, event, target, startedAtMs);
  else {
    const startedAt = performance.now();
    const body = await transformedBody(transformation, delivery, event, transformer, timeoutMs);
    if (typeof body !== 'string') return { request: { url, loggedHeaders: '{}' }, result: body };
    const whole = prepare(delivery, event, target, startedAtMs, body);
    // The lease is made for the whole attempt.
    const leftMs = Math.ceil(timeoutMs - (performance.now() - startedAt));
    request = { ...whole, timeoutMs: Math.max(0, leftMs) };
  }
  const { tokens } = target;
  const result = await (tokens === undefined ? egress.send(request) : sendWithToken(request, tokens, egress));
  return { request, result };
}

function toRecord(
  delivery: LoadedDelivery,
  request: Pick<PreparedRequest, 'url' | 'loggedHeaders'>,
  result: AttemptResult,
  outcome: Outcome,
  step: NextStep,
  startedAtMs: number,
): AttemptRecord {
  return {
    attemptId: newUuid(startedAtMs),
    deliveryId: delivery.deliveryId,
    tenantId: delivery.tenantId,
    endpointId: delivery.endpointId,
    eventId: delivery.eventId,
    attemptNumber: delivery.attemptCount + 1,
    epoch: delivery.epoch,
    trigger: delivery.scheduleAttempts === 0 ? delivery.trigger : 'retry',
    url: request.url,
    requestHeaders: request.loggedHeaders,
    statusCode: result.statusCode ?? null,
    responseHeaders: result.headers === undefined ? null : withoutNul(JSON.stringify(result.headers)),
    responseBody: result.body ?? null,
    responseBodyTruncated: result.kind === 'response' && result.bodyTruncated,
    errorCode: outcome.kind === 'success' ? null : outcome.code,
    errorMessage: outcome.kind === 'success' ? null : outcome.message,
    remoteAddress: result.remoteAddress,
    timings: JSON.stringify(result.timings),
    durationMs: result.timings.totalMs,
    startedAt: new Date(startedAtMs),
    status: transition('pending', step.event),
    delayMs: step.delayMs,
    counted: step.counted,
  };
}

/** Not the record itself: whoever is told may keep it for a while, and answers are long. */
function toFailed(record: AttemptRecord, event: LoadedEvent): FailedDelivery {
  return {
    deliveryId: record.deliveryId,
    eventId: record.eventId,
    eventType: event.type,
    endpointId: record.endpointId,
    test: event.test,
    attemptCount: record.attemptNumber,
    statusCode: record.statusCode,
    errorCode: record.errorCode,
  };
}

/** Postgres' text cannot hold NUL, not even escaped in JSON once it is read as text. */
function withoutNul(json: string): string {
  return json.includes('\\u0000') ? json.replaceAll('\\u0000', '\\ufffd') : json;
}

function logAttempt(log: Logger, delivery: LoadedDelivery, record: AttemptRecord, applied: boolean): void {
  log.info(
    {
      deliveryId: toPublicId('dlv', delivery.deliveryId),
      eventId: toPublicId('evt', delivery.eventId),
      endpointId: toPublicId('ep', delivery.endpointId),
      tenantId: toPublicId('ten', delivery.tenantId),
      attempt: record.attemptNumber,
      status: record.status,
      statusCode: record.statusCode,
      errorCode: record.errorCode,
      durationMs: Math.round(record.durationMs),
      ...(record.status === 'pending' && { retryInMs: record.delayMs }),
      ...(!applied && { overtaken: true }),
    },
    'delivery.attempted',
  );
}
