/** Between an endpoint's row and what the API says of it: defaults filled in, header values hidden. */
import type { Settings } from '../../config.js';
import { toPublicId } from '../../model/id.js';
import { defaultRetry, type RetrySchedule } from '../../model/retry-schedule.js';
import { publicKeyOf } from '../../model/secret.js';
import type { EndpointChanges, EndpointFields, EndpointView } from '../../store/endpoints.js';
import type { EndpointAuth } from '../../model/endpoint-auth.js';
import { hiddenAuth, wholeAuth } from './auth-fields.js';
import { checkHeaders, checkRetry, HIDDEN, keepHidden } from './endpoint-checks.js';
import type { EndpointAnswer, NewEndpointAnswer } from './endpoint-answer.dto.js';
import type { CreateEndpoint, UpdateEndpoint } from './endpoint.dto.js';
import type { ExponentialRetry, ScheduledRetry } from './retry.dto.js';
import { hiddenTls, wholeTls } from './tls-fields.js';

export type EndpointDefaults = Pick<Settings, 'attemptTimeoutMs' | 'endpointInFlightMax'>;

/** The addresses in a body, judged; a body of a change may have none. */
export interface Judged {
  url: string;
  auth: EndpointAuth | null;
}

export function newEndpoint(body: CreateEndpoint, { url, auth }: Judged): EndpointFields {
  return {
    url,
    description: body.description ?? '',
    eventTypes: body.eventTypes,
    filter: body.filter ?? null,
    headers: body.headers ?? {},
    auth: wholeAuth(auth, null),
    tls: wholeTls(body.tls ?? null, null),
    transformation: body.transformation ?? null,
    bodyFormat: body.bodyFormat ?? 'standard',
    payload: body.payload ?? 'full',
    method: body.method ?? 'POST',
    signing: body.signing ?? 'hmac',
    signatureProfile: body.signatureProfile ?? 'none',
    ordering: body.ordering ?? 'none',
    onFailure: body.onFailure ?? 'skip',
    retry: wholeRetry(body.retry ?? null),
    timeoutMs: body.timeoutMs ?? null,
    rateLimitPerSecond: body.rateLimitPerSecond ?? null,
    maxInFlight: body.maxInFlight ?? null,
    metadata: body.metadata ?? {},
    disabled: body.disabled ?? false,
  };
}

export function endpointChanges(body: UpdateEndpoint, judged: Partial<Judged>): EndpointChanges {
  const { headers, auth: _, tls, retry, ...rest } = body;
  const { url, auth } = judged;
  return {
    ...rest,
    ...(url !== undefined && { url }),
    ...(retry !== undefined && { retry: wholeRetry(retry) }),
    ...(auth !== undefined && { auth: (current) => wholeAuth(auth, current) }),
    ...(tls !== undefined && { tls: (current) => wholeTls(tls, current) }),
    ...(headers !== undefined && {
      headers: (current) => {
        const kept = keepHidden(headers ?? {}, current);
        checkHeaders(kept);
        return kept;
      },
    }),
  };
}

export function endpointAnswer(
  { endpoint, headers, auth, tls, circuit }: EndpointView,
  defaults: EndpointDefaults,
): EndpointAnswer {
  const { pausedUntil, ...circuitAnswer } = circuit;
  const isPaused = circuit.state !== 'closed' || pausedUntil !== null;
  return {
    id: toPublicId('ep', endpoint.id),
    tenantId: toPublicId('ten', endpoint.tenantId),
    url: endpoint.url,
    description: endpoint.description,
    eventTypes: endpoint.eventTypes,
    filter: endpoint.filter,
    headers: Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN])),
    auth: hiddenAuth(auth),
    tls: hiddenTls(tls),
    transformation: endpoint.transformation,
    bodyFormat: endpoint.bodyFormat,
    payload: endpoint.payload,
    method: endpoint.method,
    signing: endpoint.signing,
    signatureProfile: endpoint.signatureProfile,
    ordering: endpoint.ordering,
    onFailure: endpoint.onFailure,
    retry: endpoint.retry ?? defaultRetry,
    timeoutMs: endpoint.timeoutMs ?? defaults.attemptTimeoutMs,
    rateLimitPerSecond: endpoint.rateLimitPerSecond,
    maxInFlight: endpoint.maxInFlight ?? defaults.endpointInFlightMax,
    metadata: endpoint.metadata,
    disabled: endpoint.disabled,
    disabledReason: endpoint.disabledReason,
    disabledAt: endpoint.disabledAt,
    status: endpoint.disabled ? 'disabled' : isPaused ? 'paused' : 'active',
    circuit: circuitAnswer,
    createdAt: endpoint.createdAt,
    updatedAt: endpoint.updatedAt,
  };
}

export function newEndpointAnswer(
  view: EndpointView & { secret: string },
  defaults: EndpointDefaults,
): NewEndpointAnswer {
  return {
    ...endpointAnswer(view, defaults),
    secret: view.secret,
    publicKey: publicKeyOf(view.secret) ?? null,
  };
}

/**
 * Stored whole, so that a later change of the default does not change half of somebody's schedule.
 * @throws PosthornError `validation_failed`
 */
function wholeRetry(retry: ExponentialRetry | ScheduledRetry | null): RetrySchedule | null {
  if (retry === null) return null;
  if ('scheduleSeconds' in retry) return { scheduleSeconds: retry.scheduleSeconds };
  const whole = { ...defaultRetry, ...retry };
  checkRetry(whole);
  return whole;
}
