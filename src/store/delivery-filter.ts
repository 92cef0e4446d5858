/**
 * What the delivery log can be asked for, and the indexes that can answer it. The filters of the list and those of a
 * replay are the same thing.
 */
import type { DeliveryStatus } from '../model/delivery.js';

/** All that is given must hold. */
export interface DeliveryFilter {
  tenantId?: string;
  endpointId?: string;
  eventId?: string;
  eventType?: string;
  status?: DeliveryStatus;
  /** Of the last attempt's answer, both ends included: 503 is {503, 503}, 5xx is {500, 599}. */
  statusCode?: { from: number; to: number };
  errorCode?: string;
  /** Made at or after this instant. */
  after?: Date;
  /** Made before this instant. */
  before?: Date;
  /** Part of the event's data as it was emitted, in capitals or not. */
  search?: string;
}

/**
 * An index that holds deliveries in the order of their ids, under one condition. The condition compares the index's
 * columns as one row, `(column, id) < (value, id)`, and the id by itself nowhere: only this index can then bound and
 * order the rows at once. With `column = value AND id < …` the planner may prefer the primary key and read a whole
 * table for a value that is rare. (It then does not see that whole days could be left out, and asks each day's index.)
 *
 * Parameters: $1 and $2 bound the id (below $1, not below $2), $3 to $10 are the filter (see `filterValues`).
 */
export interface LogIndex {
  /** Names the prepared statement. */
  name: string;
  /** Where `d` comes from, if not simply from the table. */
  source?: string;
  condition: string;
  order: string;
}

/** The indexes that can serve a filter, the most selective ones (by rule of thumb) first; at least one. */
export function indexesFor(filter: DeliveryFilter): LogIndex[] {
  const indexes: LogIndex[] = [];
  if (filter.eventId !== undefined) return [byEvent];
  if (filter.status === 'failed') indexes.push(indexForFailed(filter));
  if (filter.status === 'canceled') indexes.push(byCanceled);
  if (filter.errorCode !== undefined) indexes.push(byErrorCode);
  const codeIndex = indexForStatusCode(filter.statusCode);
  if (codeIndex !== undefined) indexes.push(codeIndex);
  if (filter.endpointId !== undefined) indexes.push(byEndpoint);
  else if (filter.tenantId !== undefined) indexes.push(byTenant);
  if (filter.eventType !== undefined) indexes.push(byEventType);
  return indexes.length > 0 ? indexes : [byId];
}

/** What a row `w` must fulfil besides; the conditions that are not given are null and hold for every row. */
export const FITS_FILTER = `
  ($3::uuid IS NULL OR w.tenant_id = $3) AND ($4::uuid IS NULL OR w.endpoint_id = $4)
  AND ($5::uuid IS NULL OR w.event_id = $5) AND ($6::text IS NULL OR w.event_type = $6)
  AND ($7::delivery_status IS NULL OR w.status = $7)
  AND ($8::smallint IS NULL OR w.last_status_code BETWEEN $8 AND $9::smallint)
  AND ($10::text IS NULL OR w.last_error_code = $10)`;

/** $3 to $10. */
export function filterValues(filter: DeliveryFilter): unknown[] {
  return [
    filter.tenantId ?? null,
    filter.endpointId ?? null,
    filter.eventId ?? null,
    filter.eventType ?? null,
    filter.status ?? null,
    filter.statusCode?.from ?? null,
    filter.statusCode?.to ?? null,
    filter.errorCode ?? null,
  ];
}

const ID_BOUNDS = 'd.id < $1::uuid AND d.id >= $2::uuid';
const byId: LogIndex = { name: 'id', condition: ID_BOUNDS, order: 'd.id DESC' };
const byTenant = along('tenant', 'd.tenant_id', '$3::uuid');
const byEndpoint = along('endpoint', 'd.endpoint_id', '$4::uuid');
const byEventType = along('type', 'd.event_type', '$6::text');
const byErrorCode = along('error_code', 'd.last_error_code', '$10::text', 'd.last_error_code IS NOT NULL');
/** Partial indexes are recognised by their condition, word for word. */
const NOT_2XX = 'd.last_status_code IS NOT NULL AND d.last_status_code NOT BETWEEN 200 AND 299';
const byStatusCode = along('status_code', 'd.last_status_code', '$8::smallint', NOT_2XX);
const byStatusClass = along('status_class', '(d.last_status_code / 100)', '$8::smallint / 100', NOT_2XX);

const FAILED = `d.status = 'failed'`;
const byFailed: LogIndex = { name: 'failed', condition: `${ID_BOUNDS} AND ${FAILED}`, order: 'd.id DESC' };
const byTenantFailed = along('tenant_failed', 'd.tenant_id', '$3::uuid', FAILED);
const byTypeFailed = along('type_failed', 'd.event_type', '$6::text', FAILED);
const byEndpointFailed = along('endpoint_failed', 'd.endpoint_id', '$4::uuid', FAILED);
const byCanceled: LogIndex = {
  name: 'canceled',
  condition: `${ID_BOUNDS} AND d.status = 'canceled'`,
  order: 'd.id DESC',
};

/**
 * This index is not in the order of ids, and need not be: an event has at most as many deliveries as its tenant had
 * endpoints. They are fetched and sorted; OFFSET 0 keeps the planner from thinking of the primary key instead.
 */
const byEvent: LogIndex = {
  name: 'event',
  source: '(SELECT * FROM deliveries o WHERE o.event_id = $5 OFFSET 0) d',
  condition: ID_BOUNDS,
  order: 'd.id DESC',
};

/**
 * `(SELECT $n)` hides the value from the planner. It estimates a comparison of rows by chance, takes twenty thousand rows
 * for forty, and then rather reads and sorts all of them: 150 ms instead of 3. Without a value to look at it goes down the
 * indexes of all days side by side, which is right whatever the value, and plans that once.
 */
function along(name: string, column: string, value: string, partial = 'true'): LogIndex {
  const bound = (id: string): string => `((SELECT ${value}), (SELECT ${id}::uuid))`;
  return {
    name,
    condition: `(${column}, d.id) < ${bound('$1')} AND (${column}, d.id) >= ${bound('$2')} AND ${partial}`,
    order: `${column} DESC, d.id DESC`,
  };
}

function indexForFailed(filter: DeliveryFilter): LogIndex {
  if (filter.endpointId !== undefined) return byEndpointFailed;
  if (filter.tenantId !== undefined) return byTenantFailed;
  return filter.eventType === undefined ? byFailed : byTypeFailed;
}

/** Answers of 2xx are most of the table: no index is kept for them. */
function indexForStatusCode(range: DeliveryFilter['statusCode']): LogIndex | undefined {
  if (range === undefined || (range.from >= 200 && range.to <= 299)) return undefined;
  if (range.from === range.to) return byStatusCode;
  return range.from % 100 === 0 && range.to === range.from + 99 ? byStatusClass : undefined;
}
