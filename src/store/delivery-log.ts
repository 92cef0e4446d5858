/** The delivery log: what was owed to whom, and what became of it. Newest first, in bounded time (see bounded-walk.ts). */
import type { DeliveryStatus, Trigger } from '../model/delivery.js';
import { lowestUuidAt } from '../model/id.js';
import { walk, type Rows, type Step, type WalkedPage } from './bounded-walk.js';
import type { Queryable, Statement } from './database.js';
import {
  filterValues,
  FITS_FILTER,
  indexesFor,
  type DeliveryFilter,
  type LogIndex,
} from './delivery-filter.js';

export interface DeliveryRow {
  id: string;
  tenantId: string;
  endpointId: string;
  eventId: string;
  eventType: string;
  status: DeliveryStatus;
  leased: boolean;
  dueAt: Date;
  attemptCount: number;
  trigger: Trigger;
  replayId: string | null;
  lastStatusCode: number | null;
  lastErrorCode: string | null;
  lastAttemptAt: Date | null;
  completedAt: Date | null;
  createdAt: Date;
}

export interface PagePlace {
  /** Only deliveries below this id. */
  before: string | undefined;
  limit: number;
}

/** Of the 50 ms that a page may take; the rest is for what surrounds it, and for a turn that takes longer than foreseen. */
const WALK = { sizes: [64, 256, 1_024, 2_048], timeMs: 25 } as const;
/** Reading payloads is slower by far, and whoever searches is prepared to wait. */
const SEARCH = { sizes: [64, 256, 512], timeMs: 400 } as const;

/**
 * A page of the deliveries that fit the filter. Costs less than 50 ms with any filter but `search`, however many
 * deliveries there are; a page that could not be filled in that time is short and has a `next`.
 */
export function readDeliveryPage(
  database: Queryable,
  filter: DeliveryFilter,
  place: PagePlace,
  nowMs: () => number = () => performance.now(),
): Promise<WalkedPage<DeliveryRow>> {
  return walk(
    indexesFor(filter).map((index) => stepAlong(database, index, filter)),
    {
      before: lower(place.before, filter.before && lowestUuidAt(filter.before.getTime())),
      limit: place.limit,
      ...(filter.search === undefined ? WALK : SEARCH),
      nowMs,
    },
  );
}

/** One delivery, with its event's and its endpoint's own words. */
export interface DeliveryDetails extends DeliveryRow {
  epoch: number;
  scheduleAttempts: number;
  endpointUrl: string;
  endpointRetry: unknown;
  endpointDeleted: boolean;
  eventExternalId: string | null;
  eventOccurredAt: Date | null;
  eventTags: string[] | null;
  eventTest: boolean | null;
}

export async function findDelivery(
  database: Queryable,
  deliveryId: string,
  tenantId: string | undefined,
): Promise<DeliveryDetails | undefined> {
  const { rows } = await database.query<DeliveryDetails>(FIND, [deliveryId, tenantId ?? null]);
  return rows[0];
}

const COLUMNS = {
  id: 'id',
  tenant_id: 'tenantId',
  endpoint_id: 'endpointId',
  event_id: 'eventId',
  event_type: 'eventType',
  status: 'status',
  leased: 'leased',
  due_at: 'dueAt',
  attempt_count: 'attemptCount',
  trigger: 'trigger',
  replay_id: 'replayId',
  last_status_code: 'lastStatusCode',
  last_error_code: 'lastErrorCode',
  last_attempt_at: 'lastAttemptAt',
  completed_at: 'completedAt',
  created_at: 'createdAt',
} as const satisfies Record<string, keyof DeliveryRow>;

const columnsOf = (table: string) =>
  Object.entries(COLUMNS)
    .map(([column, name]) => `${table}.${column} AS "${name}"`)
    .join(', ');

// One row at a time: joined in any other way, the planner might read all events of all days.
const DATA_OF_EVENT = `CROSS JOIN LATERAL (SELECT e.data FROM events e WHERE e.id = w.event_id LIMIT 1) e`;

/**
 * The number of rows is written into the statement: with LIMIT $n the planner would assume a tenth of the table.
 * $1 and $2 bound the id, $3 to $10 are the filter, $11 bounds the matches, $12 is the search pattern.
 */
function statementFor(index: LogIndex, rowsMax: number, searching: boolean): Statement {
  return {
    name: `delivery_log_${index.name}_${rowsMax}${searching ? '_search' : ''}`,
    text: `
      WITH walked AS MATERIALIZED (
        SELECT d.* FROM ${index.source ?? 'deliveries d'}
         WHERE ${index.condition}
         ORDER BY ${index.order} LIMIT ${rowsMax}
      ), matching AS (
        SELECT ${columnsOf('w')} FROM walked w ${searching ? DATA_OF_EVENT : ''}
         WHERE ${FITS_FILTER} AND ${searching ? 'e.data ILIKE $12' : '$12::text IS NULL'}
         ORDER BY w.id DESC LIMIT $11
      )
      SELECT (SELECT count(*) FROM walked) AS walked,
             (SELECT w.id FROM walked w ORDER BY w.id LIMIT 1) AS position, m.*
        FROM (SELECT) AS always LEFT JOIN matching m ON true
       ORDER BY m.id DESC`,
  };
}

function stepAlong(database: Queryable, index: LogIndex, filter: DeliveryFilter): Step<DeliveryRow> {
  const searching = filter.search !== undefined;
  const from = lowestUuidAt(filter.after?.getTime() ?? 0);
  const values = filterValues(filter);
  const pattern = filter.search === undefined ? null : `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
  return async (rowsMax, before, limit): Promise<Rows<DeliveryRow>> => {
    const { rows } = await database.query<DeliveryRow & { walked: number; position: string | null }>(
      statementFor(index, rowsMax, searching),
      [before, from, ...values, limit, pattern],
    );
    const { walked, position } = rows[0]!;
    // Without a match there is still one row, of nothing but `walked` and `position`.
    return { matching: rows.filter((row) => row.id !== null), walked, position };
  };
}

const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

function lower(one: string = HIGHEST_ID, other: string = HIGHEST_ID): string {
  return one < other ? one : other;
}

const FIND: Statement = {
  name: 'find_delivery',
  text: `
    SELECT ${columnsOf('d')}, d.epoch, d.schedule_attempts AS "scheduleAttempts",
           p.url AS "endpointUrl", p.retry AS "endpointRetry", p.deleted_at IS NOT NULL AS "endpointDeleted",
           e.external_id AS "eventExternalId", e.occurred_at AS "eventOccurredAt", e.tags AS "eventTags",
           e.test AS "eventTest"
      FROM deliveries d
      JOIN endpoints p ON p.id = d.endpoint_id
      LEFT JOIN events e ON e.id = d.event_id
     WHERE d.id = $1 AND ($2::uuid IS NULL OR d.tenant_id = $2)`,
};
