/**
 * Events that an endpoint never had: it was registered later, or its event types did not match then. What matches is
 * not decided here; the store finds the candidates and makes deliveries of those that were chosen.
 *
 * For an event and an endpoint there is never a second delivery. Postgres cannot promise that with an index (one over
 * all days' partitions does not exist), so this takes it together:
 * - An emit commits an event and all of its deliveries at once: whoever sees the event sees whether it has one.
 * - Everybody else who makes deliveries for events that exist comes through here, and holds the endpoint's row locked from
 *   before looking until the commit. Two of them take turns, and the second one sees what the first one made.
 */
import type { Subscription } from '../model/endpoint.js';
import { Filter } from '../model/filter.js';
import { lowestUuidAt, uuidTimeMs } from '../model/id.js';
import type { Queryable } from './database.js';
import type { DeliveryFilter } from './delivery-filter.js';

export interface MissingScope {
  filter: DeliveryFilter;
  replayId: string;
}

/** Whom the events are held against, as it is now. */
export interface MissingEndpoint extends Subscription {
  tenantId: string;
}

export interface EventCandidate {
  eventId: string;
  type: string;
  tags: string[];
  /** Only read for endpoints with a filter over it; otherwise empty. */
  data: string;
}

export interface Candidates {
  /** Oldest first. */
  events: EventCandidate[];
  /** The id of the last event that was looked at; null: there was none. */
  position: string | null;
  done: boolean;
}

/** Events read at most in one turn; fewer when each brings its payload. */
const WALKED_MAX = 1_000;
const WALKED_WITH_DATA_MAX = 100;

/**
 * Answers undefined when the endpoint was deleted. `lock` holds it until the end of the transaction; edits of it wait
 * that long, emits do not.
 */
export async function readMissingEndpoint(
  database: Queryable,
  endpointId: string,
  lock: boolean,
): Promise<MissingEndpoint | undefined> {
  const { rows } = await database.query<{ tenant_id: string; event_types: string[]; filter: unknown }>(
    `SELECT e.tenant_id, e.event_types, e.filter FROM endpoints e
      WHERE e.id = $1 AND e.deleted_at IS NULL ${lock ? 'FOR NO KEY UPDATE' : ''}`,
    [endpointId],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    endpointId,
    tenantId: row.tenant_id,
    eventTypes: row.event_types,
    filter: row.filter === null ? null : Filter.stored(row.filter),
    // Nothing is leased here: what is made waits in the ledger until the scheduler claims it.
    timeoutMs: 0,
    metered: true,
  };
}

/** @param position only events above this id */
export async function readCandidates(
  database: Queryable,
  scope: MissingScope,
  endpoint: MissingEndpoint,
  position: string | null,
): Promise<Candidates> {
  const { filter } = scope;
  const withData = endpoint.filter !== null;
  const walkedMax = withData || filter.search !== undefined ? WALKED_WITH_DATA_MAX : WALKED_MAX;
  const pattern = filter.search === undefined ? null : `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await database.query<{
    walked: number;
    position: string | null;
    id: string | null;
    type: string;
    tags: string[];
    data: string;
  }>(
    {
      name: 'read_missing_candidates',
      text: `
        WITH walked AS MATERIALIZED (
          SELECT e.id, e.type, e.tags, e.test, e.data FROM events e
           WHERE (e.tenant_id, e.id) < ($1, $2::uuid) AND (e.tenant_id, e.id) > ($1, $3::uuid)
             AND e.id < $2 AND e.id > $3
           ORDER BY e.tenant_id, e.id LIMIT $4
        ), missing AS (
          SELECT w.id, w.type, w.tags, CASE WHEN $9 THEN w.data ELSE '' END AS data
            FROM walked w
           WHERE NOT w.test AND ($5::uuid IS NULL OR w.id = $5) AND ($6::text IS NULL OR w.type = $6)
             AND ($7::text IS NULL OR w.data ILIKE $7)
             AND NOT EXISTS (SELECT FROM deliveries d WHERE d.event_id = w.id AND d.endpoint_id = $8)
        )
        SELECT (SELECT count(*) FROM walked) AS walked,
               (SELECT w.id FROM walked w ORDER BY w.id DESC LIMIT 1) AS position, m.*
          FROM (SELECT) AS always LEFT JOIN missing m ON true
         ORDER BY m.id`,
    },
    [
      endpoint.tenantId,
      ...bounds(scope, position),
      walkedMax,
      filter.eventId ?? null,
      filter.eventType ?? null,
      pattern,
      endpoint.endpointId,
      withData,
    ],
  );
  return {
    // Without a candidate there is still one row, of nothing but `walked` and `position`.
    events: rows
      .filter((row) => row.id !== null)
      .map((row) => ({ eventId: row.id!, type: row.type, tags: row.tags, data: row.data })),
    position: rows[0]!.position,
    done: rows[0]!.walked < walkedMax,
  };
}

/**
 * Makes the deliveries, waiting and due now. The events keep the number of deliveries that they were answered with:
 * a repeated emit gets the first answer again.
 */
export async function insertRecovered(
  transaction: Queryable,
  endpoint: MissingEndpoint,
  replayId: string,
  recovered: { deliveryId: string; event: EventCandidate }[],
): Promise<void> {
  if (recovered.length === 0) return;
  await transaction.query(
    {
      name: 'insert_recovered',
      text: `INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch,
                                     trigger, replay_id, created_at)
             SELECT n.id, $4, $5, n.event_id, n.event_type, 'pending', false, now(), 1, 'replay', $6, now()
               FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS n (id, event_id, event_type)`,
    },
    [
      recovered.map(({ deliveryId }) => deliveryId),
      recovered.map(({ event }) => event.eventId),
      recovered.map(({ event }) => event.type),
      endpoint.tenantId,
      endpoint.endpointId,
      replayId,
    ],
  );
}

/** One event is found in its own millisecond: the tenant's others are not walked. */
function bounds({ filter, replayId }: MissingScope, position: string | null): [string, string] {
  const eventMs = filter.eventId === undefined ? undefined : uuidTimeMs(filter.eventId);
  const fromMs = Math.max(filter.after?.getTime() ?? 0, eventMs ?? 0);
  const untilMs = Math.min(
    filter.before?.getTime() ?? Infinity,
    eventMs === undefined ? Infinity : eventMs + 1,
    uuidTimeMs(replayId) + 1,
  );
  const until = lowestUuidAt(untilMs);
  return [until < replayId ? until : replayId, position ?? lowestUuidAt(fromMs)];
}
