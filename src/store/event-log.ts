/** The events of a tenant, newest first; `data` is read for single events only, a page of it might be 50 MB. */
import { lowestUuidAt } from '../model/id.js';
import { walk, type Step, type WalkedPage } from './bounded-walk.js';
import type { Queryable, Statement } from './database.js';

export interface EventRow {
  id: string;
  tenantId: string;
  type: string;
  externalId: string | null;
  occurredAt: Date;
  createdAt: Date;
  tags: string[];
  test: boolean;
  deliveryCount: number;
  deliverAt: Date | null;
  expiresAt: Date | null;
}

export interface EventFilter {
  tenantId: string;
  type?: string;
  tag?: string;
  /** Made at or after this instant. */
  after?: Date;
  /** Made before this instant. */
  before?: Date;
}

/** Types and tags have no index of their own: they are looked for among the tenant's events, in bounded time. */
const WALK = { sizes: [64, 256, 1_024, 2_048], timeMs: 30 } as const;

export function readEventPage(
  database: Queryable,
  filter: EventFilter,
  place: { before: string | undefined; limit: number },
  nowMs: () => number = () => performance.now(),
): Promise<WalkedPage<EventRow>> {
  const before = filter.before === undefined ? HIGHEST_ID : lowestUuidAt(filter.before.getTime());
  return walk([stepAlong(database, filter)], {
    before: place.before !== undefined && place.before < before ? place.before : before,
    limit: place.limit,
    ...WALK,
    nowMs,
  });
}

/** With its data, byte for byte as it was emitted. */
export async function findEvent(
  database: Queryable,
  tenantId: string,
  eventId: string,
): Promise<(EventRow & { data: string }) | undefined> {
  const { rows } = await database.query<EventRow & { data: string }>(FIND, [eventId, tenantId]);
  return rows[0];
}

const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const COLUMNS = `w.id, w.tenant_id AS "tenantId", w.type, w.external_id AS "externalId", w.occurred_at AS "occurredAt",
  w.created_at AS "createdAt", w.tags, w.test, w.delivery_count AS "deliveryCount",
  w.deliver_at AS "deliverAt", w.expires_at AS "expiresAt"`;

const FIND: Statement = {
  name: 'find_event',
  text: `SELECT ${COLUMNS}, w.data FROM events w WHERE w.id = $1 AND w.tenant_id = $2`,
};

/** For the form of its condition, see LogIndex; for its LIMIT, the delivery log's statements. */
function statementFor(rowsMax: number): Statement {
  return {
    name: `event_log_${rowsMax}`,
    text: `
      WITH walked AS MATERIALIZED (
        SELECT e.id, e.tenant_id, e.type, e.external_id, e.occurred_at, e.created_at, e.tags, e.test, e.delivery_count,
               e.deliver_at, e.expires_at
          FROM events e
         WHERE (e.tenant_id, e.id) < ((SELECT $3::uuid), (SELECT $1::uuid))
           AND (e.tenant_id, e.id) >= ((SELECT $3::uuid), (SELECT $2::uuid))
         ORDER BY e.tenant_id DESC, e.id DESC LIMIT ${rowsMax}
      ), matching AS (
        SELECT ${COLUMNS} FROM walked w
         WHERE ($4::text IS NULL OR w.type = $4) AND ($5::text IS NULL OR w.tags @> ARRAY[$5])
         ORDER BY w.id DESC LIMIT $6
      )
      SELECT (SELECT count(*) FROM walked) AS walked,
             (SELECT w.id FROM walked w ORDER BY w.id LIMIT 1) AS position, m.*
        FROM (SELECT) AS always LEFT JOIN matching m ON true
       ORDER BY m.id DESC`,
  };
}

function stepAlong(database: Queryable, filter: EventFilter): Step<EventRow> {
  const from = lowestUuidAt(filter.after?.getTime() ?? 0);
  return async (rowsMax, before, limit) => {
    const { rows } = await database.query<EventRow & { walked: number; position: string | null }>(
      statementFor(rowsMax),
      [before, from, filter.tenantId, filter.type ?? null, filter.tag ?? null, limit],
    );
    const { walked, position } = rows[0]!;
    return { matching: rows.filter((row) => row.id !== null), walked, position };
  };
}
