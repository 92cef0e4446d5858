/** The delivery log's filters: their names in the URL are those of the API, and so are those of a replay's filter. */
import type { Query } from '../api/client.js';
import type { Filters } from '../face/search.js';

export const filterNames = [
  'tenant',
  'endpoint',
  'event',
  'eventType',
  'status',
  'statusCode',
  'errorCode',
  'after',
  'before',
  'search',
] as const;
export type FilterName = (typeof filterNames)[number];

export const filterWords: Record<FilterName, string> = {
  tenant: 'tenant',
  endpoint: 'endpoint',
  event: 'event',
  eventType: 'type',
  status: 'status',
  statusCode: 'status code',
  errorCode: 'error',
  after: 'since',
  before: 'until',
  search: 'payload contains',
};

/** What the URL says, with relative times made into instants. */
export function filterQuery(filters: Filters, nowMs = Date.now()): Query {
  const query: Query = {};
  for (const name of filterNames) {
    const value = filters[name]?.trim();
    if (value) query[name] = name === 'after' || name === 'before' ? instantOf(value, nowMs) : value;
  }
  return query;
}

export function isFiltered(filters: Filters): boolean {
  return filterNames.some((name) => filters[name] !== undefined && filters[name] !== '');
}

export const sinceChoices = {
  '15m': 'Last 15 minutes',
  '1h': 'Last hour',
  '24h': 'Last day',
  '7d': 'Last week',
};

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `24h` or an instant; rounded to the minute, so that asking again is the same question. */
function instantOf(value: string, nowMs: number): string {
  const relative = /^(\d+)([mhd])$/.exec(value);
  if (relative === null) return value;
  const ms = Number(relative[1]) * UNIT_MS[relative[2] as keyof typeof UNIT_MS];
  return new Date(Math.floor((nowMs - ms) / 60_000) * 60_000).toISOString();
}
