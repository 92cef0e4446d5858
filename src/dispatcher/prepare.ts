/** From a delivery to the request that carries it: body, signature, headers. */
import { toPublicId } from '../model/id.js';
import type { EndpointTarget, HttpMethod } from '../model/endpoint.js';
import { basicAuthorization, type EndpointAuth } from '../model/endpoint-auth.js';
import type { TlsIdentity } from '../model/endpoint-tls.js';
import type { LoadedDelivery, LoadedEvent } from '../store/load-deliveries.js';
import { AccessTokens } from './access-tokens.js';
import { bodyText, CONTENT_TYPES } from './body.js';
import { compatibleHeaders, compatibleNames } from './compatible-signatures.js';
import { parseSigningKey, sign, type SigningKey } from './sign.js';

/** What is the same for every request to an endpoint, worked out once. */
export interface PreparedTarget {
  target: EndpointTarget;
  publicUrl: string;
  /** Of an endpoint with OAuth 2.0: where the token that each request carries comes from. */
  tokens: AccessTokens | undefined;
  keys: { key: SigningKey; secret: string; expiresAtMs: number }[];
  /** Names and values, in turn. */
  headers: string[];
  /** The same for the attempt log: members of a JSON object, secret values hidden. */
  loggedHeaders: string;
}

export interface PreparedRequest {
  url: string;
  method: HttpMethod;
  /** Names and values, in turn: what undici takes without looking at it again. */
  headers: string[];
  body: string;
  timeoutMs: number;
  /** Of an endpoint that wants a client certificate, or has a CA of its own. */
  tls: TlsIdentity | undefined;
  /** The headers as the attempt log keeps them: JSON text without secrets. */
  loggedHeaders: string;
}

/** Who sends. */
export interface Sender {
  userAgent: string;
  /** Where this installation is reached from outside, without a slash at the end; empty: unknown. */
  publicUrl: string;
}

export function prepareTarget(target: EndpointTarget, { userAgent, publicUrl }: Sender): PreparedTarget {
  const own = { 'content-type': CONTENT_TYPES[target.bodyFormat], 'user-agent': userAgent };
  const ours = compatibleNames[target.signatureProfile];
  const custom = Object.entries(target.headers).filter(([name]) => !ours.includes(name.toLowerCase()));
  const { auth } = target;
  const secret = [...custom, ...fixedAuthorization(auth)];
  const hidden = Object.fromEntries(secret.map(([name]) => [name, '•••']));
  return {
    target,
    publicUrl,
    tokens: auth?.type === 'oauth2' ? new AccessTokens(auth, userAgent) : undefined,
    keys: target.secrets.map((secret) => ({ ...secret, key: parseSigningKey(secret.secret) })),
    headers: Object.entries({ ...Object.fromEntries(secret), ...own }).flat(),
    loggedHeaders: JSON.stringify({
      ...own,
      ...hidden,
      ...(auth !== null && { authorization: '•••' }),
    }).slice(1, -1),
  };
}

/** What is the same in every request; a token of OAuth 2.0 is added when it is sent. */
function fixedAuthorization(auth: EndpointAuth | null): [name: string, value: string][] {
  switch (auth?.type) {
    case 'basic':
      return [['authorization', basicAuthorization(auth.username, auth.password)]];
    case 'bearer':
      return [['authorization', `Bearer ${auth.token}`]];
    case 'oauth2':
    case undefined:
      return [];
  }
}

/**
 * @param nowMs the database's time, which the receiver checks `webhook-timestamp` against
 * @param body what the endpoint's transformation made, if it has one
 */
export function prepare(
  delivery: LoadedDelivery,
  event: LoadedEvent,
  prepared: PreparedTarget,
  nowMs: number,
  body = bodyText(prepared.target, event, toPublicId('evt', delivery.eventId), prepared.publicUrl),
): PreparedRequest {
  const { target } = prepared;
  const webhookId = toPublicId('evt', delivery.eventId);
  const timestamp = Math.floor(nowMs / 1000);
  const live = prepared.keys.filter((key) => key.expiresAtMs > nowMs);
  const keys = live.map(({ key }) => key);
  const signature = sign(keys, webhookId, timestamp, body);
  const headers = prepared.headers.slice();
  let logged = `{${prepared.loggedHeaders}`;
  const add = (name: string, value: string): void => {
    headers.push(name, value);
    // No value of ours has a character that JSON would escape.
    logged += `,"${name}":"${value}"`;
  };
  add('webhook-id', webhookId);
  add('webhook-timestamp', String(timestamp));
  add('webhook-signature', signature);
  if (target.signatureProfile !== 'none') {
    const secrets = live.map(({ secret }) => secret);
    const message = { webhookId, timestamp, body, signature };
    for (const [name, value] of compatibleHeaders(target.signatureProfile, secrets, message))
      add(name, value);
  }
  add('posthorn-hops', String(event.hops + 1));
  if (event.test) add('posthorn-test', 'true');
  if (event.traceparent !== null) add('traceparent', event.traceparent);
  return {
    url: target.url,
    method: target.method,
    headers,
    body,
    timeoutMs: target.timeoutMs,
    tls: target.tls ?? undefined,
    loggedHeaders: `${logged}}`,
  };
}
