/**
 * From a delivery to the request that carries it: body, signature, headers. The event's data is spliced into the body
 * as the text that was emitted; it is never parsed, so no number and no key order can change.
 */
import { toPublicId } from '../model/id.js';
import type { EndpointTarget, BodyFormat } from '../model/endpoint.js';
import type { LoadedDelivery, LoadedEvent } from '../store/load-deliveries.js';
import { parseSigningKey, sign, type SigningKey } from './sign.js';

/** What is the same for every request to an endpoint, worked out once. */
export interface PreparedTarget {
  target: EndpointTarget;
  keys: { key: SigningKey; expiresAtMs: number }[];
  /** The custom headers as JSON members, values hidden, for the attempt log. */
  hiddenHeaders: string;
}

export interface PreparedRequest {
  url: string;
  method: 'POST';
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  /** The headers as the attempt log keeps them: JSON text without secrets. */
  loggedHeaders: string;
}

export function prepareTarget(target: EndpointTarget): PreparedTarget {
  return {
    target,
    keys: target.secrets.map(({ secret, expiresAtMs }) => ({ key: parseSigningKey(secret), expiresAtMs })),
    hiddenHeaders: Object.keys(target.headers)
      .map((name) => `,${JSON.stringify(name)}:"•••"`)
      .join(''),
  };
}

/** @param nowMs the database's time, which the receiver checks `webhook-timestamp` against */
export function prepare(
  delivery: LoadedDelivery,
  event: LoadedEvent,
  prepared: PreparedTarget,
  nowMs: number,
  userAgent: string,
): PreparedRequest {
  const { target } = prepared;
  const webhookId = toPublicId('evt', delivery.eventId);
  const timestamp = Math.floor(nowMs / 1000);
  const body = bodyText(target.bodyFormat, delivery, event, webhookId);
  const live = prepared.keys.filter((key) => key.expiresAtMs > nowMs).map((key) => key.key);
  const headers: Record<string, string> = {
    'content-type': CONTENT_TYPES[target.bodyFormat],
    'user-agent': userAgent,
    'webhook-id': webhookId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign(live, webhookId, timestamp, body),
    'posthorn-hops': String(event.hops + 1),
  };
  if (event.test) headers['posthorn-test'] = 'true';
  if (event.traceparent !== null) headers['traceparent'] = event.traceparent;
  const own = JSON.stringify(headers);
  return {
    url: target.url,
    method: 'POST',
    headers: Object.assign({}, target.headers, headers),
    body,
    timeoutMs: target.timeoutMs,
    loggedHeaders: prepared.hiddenHeaders === '' ? own : `${own.slice(0, -1)}${prepared.hiddenHeaders}}`,
  };
}

const CONTENT_TYPES: Record<BodyFormat, string> = {
  standard: 'application/json',
  raw: 'application/json',
  cloudevents: 'application/cloudevents+json',
};

function bodyText(
  format: BodyFormat,
  delivery: LoadedDelivery,
  event: LoadedEvent,
  webhookId: string,
): string {
  const type = JSON.stringify(event.type);
  const time = event.occurredAt.toISOString();
  switch (format) {
    case 'standard':
      return `{"type":${type},"timestamp":"${time}","data":${event.data}}`;
    case 'raw':
      return event.data;
    case 'cloudevents': {
      const source = `/tenants/${toPublicId('ten', delivery.tenantId)}`;
      return `{"specversion":"1.0","id":"${webhookId}","source":"${source}","type":${type},"time":"${time}","datacontenttype":"application/json","data":${event.data}}`;
    }
  }
}
