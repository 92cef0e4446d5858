/** An endpoint as its form holds it, and what of it the API is told. */
import type { Endpoint } from '../api/types.js';
import type { Tls } from './words.js';
import { retryDraftOf, retryOf, type RetryDraft } from './retry.js';

export interface EndpointDraft {
  url: string;
  description: string;
  eventTypes: string[];
  headers: { name: string; value: string }[];
  method: Endpoint['method'];
  bodyFormat: Endpoint['bodyFormat'];
  payload: Endpoint['payload'];
  signing: Endpoint['signing'];
  signatureProfile: Endpoint['signatureProfile'];
  ordering: Endpoint['ordering'];
  onFailure: Endpoint['onFailure'];
  auth: Endpoint['auth'];
  tls: Tls;
  filter: string;
  /** JSONata; empty: none. */
  transformation: string;
  retry: RetryDraft;
  timeoutSeconds: number;
  rateLimitPerSecond: number | '';
  maxInFlight: number | '';
}

export const newDraft: EndpointDraft = {
  url: '',
  description: '',
  eventTypes: [],
  headers: [],
  method: 'POST',
  bodyFormat: 'standard',
  payload: 'full',
  signing: 'hmac',
  signatureProfile: 'none',
  ordering: 'none',
  onFailure: 'skip',
  auth: null,
  tls: {},
  filter: '',
  transformation: '',
  retry: { kind: 'default' },
  timeoutSeconds: 15,
  rateLimitPerSecond: '',
  maxInFlight: '',
};

export function draftOf(endpoint: Endpoint): EndpointDraft {
  return {
    url: endpoint.url,
    description: endpoint.description,
    eventTypes: endpoint.eventTypes,
    headers: Object.entries(endpoint.headers).map(([name, value]) => ({ name, value })),
    method: endpoint.method,
    bodyFormat: endpoint.bodyFormat,
    payload: endpoint.payload,
    signing: endpoint.signing,
    signatureProfile: endpoint.signatureProfile,
    ordering: endpoint.ordering,
    onFailure: endpoint.onFailure,
    auth: endpoint.auth,
    // Null where there is none, whatever its generated type says.
    tls: { ...(endpoint.tls as Tls | null) },
    filter: endpoint.filter === null ? '' : JSON.stringify(endpoint.filter, null, 2),
    transformation: endpoint.transformation ?? '',
    retry: retryDraftOf(endpoint.retry),
    timeoutSeconds: endpoint.timeoutMs / 1_000,
    rateLimitPerSecond: endpoint.rateLimitPerSecond ?? '',
    maxInFlight: endpoint.maxInFlight,
  };
}

/** @throws Error when the filter is not JSON, or the pauses cannot be read */
export function requestOf(draft: EndpointDraft): Record<string, unknown> {
  return {
    url: draft.url.trim(),
    description: draft.description,
    eventTypes: draft.eventTypes.length > 0 ? draft.eventTypes : ['*'],
    headers: Object.fromEntries(
      draft.headers.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]),
    ),
    method: draft.method,
    bodyFormat: draft.bodyFormat,
    payload: draft.payload,
    signing: draft.signing,
    signatureProfile: draft.signatureProfile,
    ordering: draft.ordering,
    onFailure: draft.onFailure,
    auth: withoutBlanks(draft.auth),
    tls: tlsOf(draft.tls),
    retry: retryOf(draft.retry),
    filter: draft.filter.trim() === '' ? null : (JSON.parse(draft.filter) as unknown),
    transformation: draft.transformation.trim() === '' ? null : draft.transformation,
    timeoutMs: Math.round(draft.timeoutSeconds * 1_000),
    rateLimitPerSecond: draft.rateLimitPerSecond === '' ? null : draft.rateLimitPerSecond,
    ...(draft.maxInFlight !== '' && { maxInFlight: draft.maxInFlight }),
  };
}

/** An empty scope is no scope. */
function withoutBlanks(auth: Endpoint['auth']): object | null {
  if (auth?.type !== 'oauth2') return auth;
  const { scope, audience, ...needed } = auth;
  return { ...needed, ...(scope && { scope }), ...(audience && { audience }) };
}

function tlsOf(tls: Tls): Tls | null {
  const given = Object.entries(tls).filter(([, text]: [string, string]) => text.trim() !== '');
  return given.length === 0 ? null : Object.fromEntries(given);
}

/** What can be said before the server is asked. The server says the rest. */
export function urlProblem(url: string): string | undefined {
  if (url === '') return undefined;
  if (!URL.canParse(url)) return 'Write a whole URL, such as https://example.com/webhooks';
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return 'Must begin with https://';
  if (username !== '' || password !== '') return 'Leave out user and password; use a custom header instead';
  return undefined;
}

export function filterProblem(filter: string): string | undefined {
  if (filter.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(filter);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? undefined
      : 'Must be a JSON object';
  } catch {
    return 'This is not JSON yet';
  }
}
