/** An endpoint as its form holds it, and what of it the API is told. */
import type { Endpoint } from '../api/types.js';

export interface EndpointDraft {
  url: string;
  description: string;
  eventTypes: string[];
  headers: { name: string; value: string }[];
  bodyFormat: Endpoint['bodyFormat'];
  signing: Endpoint['signing'];
  filter: string;
  timeoutSeconds: number;
  rateLimitPerSecond: number | '';
  maxInFlight: number | '';
}

export const newDraft: EndpointDraft = {
  url: '',
  description: '',
  eventTypes: [],
  headers: [],
  bodyFormat: 'standard',
  signing: 'hmac',
  filter: '',
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
    bodyFormat: endpoint.bodyFormat,
    signing: endpoint.signing,
    filter: endpoint.filter === null ? '' : JSON.stringify(endpoint.filter, null, 2),
    timeoutSeconds: endpoint.timeoutMs / 1_000,
    rateLimitPerSecond: endpoint.rateLimitPerSecond ?? '',
    maxInFlight: endpoint.maxInFlight,
  };
}

/** @throws SyntaxError when the filter is not JSON */
export function requestOf(draft: EndpointDraft): Record<string, unknown> {
  return {
    url: draft.url.trim(),
    description: draft.description,
    eventTypes: draft.eventTypes.length > 0 ? draft.eventTypes : ['*'],
    headers: Object.fromEntries(
      draft.headers.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]),
    ),
    bodyFormat: draft.bodyFormat,
    signing: draft.signing,
    filter: draft.filter.trim() === '' ? null : (JSON.parse(draft.filter) as unknown),
    timeoutMs: Math.round(draft.timeoutSeconds * 1_000),
    rateLimitPerSecond: draft.rateLimitPerSecond === '' ? null : draft.rateLimitPerSecond,
    ...(draft.maxInFlight !== '' && { maxInFlight: draft.maxInFlight }),
  };
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
