/** Between a listener's words and ours: the endpoint that it is, what it is handed, what it answers. */
import { toPublicId } from '../../model/id.js';
import { listenerUrl, type ListenerAnswer as LocalAnswer } from '../../model/listener.js';
import type { EndpointFields } from '../../store/endpoints.js';
import type { TakenRequest } from '../../store/listener-requests.js';
import { LISTENER_LEASE_SECONDS, type OpenListener as Listening } from '../../store/listeners.js';
import { newEndpoint } from '../endpoints/endpoint-mapping.js';
import { validationFailed } from '../validation.js';
import type { AnswerRequest, ListenerAnswer, OpenListener, PolledRequest } from './listener.dto.js';

/** Somebody may be stepping through the handler. */
const TIMEOUT_MS = 30_000;
/** And has it mended in a minute, or will emit again. */
const RETRY_AFTER_SECONDS = [5, 10, 30];
/** What a program under development is to bear at once; it also bounds what is laid down for it. */
const IN_FLIGHT_MAX = 10;

export function listenerEndpoint({ eventTypes, filter }: OpenListener, listenerId: string): EndpointFields {
  const url = listenerUrl(toPublicId('lsn', listenerId));
  const body = {
    url,
    description: 'posthorn listen',
    eventTypes: eventTypes ?? ['*'],
    filter: filter ?? null,
    timeoutMs: TIMEOUT_MS,
    retry: { scheduleSeconds: RETRY_AFTER_SECONDS },
    maxInFlight: IN_FLIGHT_MAX,
  };
  return newEndpoint(body, { url, auth: null });
}

export function listenerAnswer(listener: Listening): ListenerAnswer {
  const { id, endpointId, leaseUntil, ...shown } = listener;
  return {
    id: toPublicId('lsn', id),
    endpointId: toPublicId('ep', endpointId),
    ...shown,
    lastSeenAt: new Date(leaseUntil.getTime() - LISTENER_LEASE_SECONDS * 1_000),
    expiresAt: leaseUntil,
  };
}

export function polledRequest({ requestId, method, headers, body, leftMs }: TakenRequest): PolledRequest {
  return {
    id: toPublicId('lrq', requestId),
    method,
    headers,
    body,
    timeoutMs: Math.max(0, Math.floor(leftMs)),
  };
}

/** @throws PosthornError `validation_failed` */
export function localAnswer(answer: AnswerRequest): LocalAnswer {
  const { statusCode, error, durationMs } = answer;
  if (statusCode !== undefined && error === undefined) {
    return {
      kind: 'response',
      statusCode,
      headers: answer.headers ?? {},
      body: answer.body ?? '',
      bodyTruncated: answer.bodyTruncated ?? false,
      durationMs,
    };
  }
  if (error !== undefined && statusCode === undefined) {
    const message = answer.message ?? 'The local server did not answer.';
    return { kind: 'error', code: error, message, durationMs };
  }
  throw validationFailed([{ path: 'statusCode', message: 'or error must be given, and not both' }]);
}
