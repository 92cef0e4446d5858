/**
 * The deliveries that a replay takes back to `pending`, a batch at a time, oldest first: a walk up one index, a fixed
 * number of rows in each turn, whatever else the filter asks for. (The planner left to itself may read ten million
 * rows to find a hundred; see bounded-walk.ts.)
 *
 * Replayed is what fits the filter at the moment it is reached, is not pending, and whose endpoint still exists. Of two
 * replays over the same delivery the second waits for the first one's commit, finds it pending, and passes it over.
 */
import { statusesBefore } from '../model/delivery.js';
import { lowestUuidAt } from '../model/id.js';
import type { Queryable, Statement } from './database.js';
import {
  filterValues,
  FITS_FILTER,
  indexesFor,
  type DeliveryFilter,
  type LogIndex,
} from './delivery-filter.js';

/** What to replay: the filter, and the id that nothing of it may reach. */
export interface ReplayScope {
  filter: DeliveryFilter;
  replayId: string;
}

export interface ReplayedBatch {
  replayed: number;
  /** Whose deliveries they are. */
  endpointIds: string[];
  /** The id of the last delivery that was looked at; null: there was none. */
  position: string | null;
  done: boolean;
}

/** Rows read at most in one turn: about 10 ms in memory; those of a search bring their payloads. */
const WALKED_MAX = 4_096;
const SEARCHED_MAX = 512;

/** @param position only deliveries above this id */
export async function replayBatch(
  transaction: Queryable,
  scope: ReplayScope,
  position: string | null,
  limit: number,
): Promise<ReplayedBatch> {
  const { rows } = await transaction.query<{
    walked: number;
    fitting: number;
    replayed: number;
    last_walked: string | null;
    last_fitting: string | null;
    endpoint_ids: string[];
  }>(batchStatement(scope.filter), [
    ...bounds(scope, position),
    ...conditions(scope.filter),
    limit,
    scope.replayId,
  ]);
  const row = rows[0]!;
  const { replayed, endpoint_ids: endpointIds } = row;
  // A full batch may have left fitting rows behind among those that it read.
  if (row.fitting === limit) return { replayed, endpointIds, position: row.last_fitting, done: false };
  return { replayed, endpointIds, position: row.last_walked, done: row.walked < walkedMax(scope.filter) };
}

/**
 * How many deliveries the replay would take, were it done now. Exact, hence as slow as there are rows to read:
 * the connection's statement timeout bounds it.
 */
export async function countReplayable(database: Queryable, scope: ReplayScope): Promise<number> {
  const { filter } = scope;
  const { rows } = await database.query<{ count: number }>(
    `WITH walked AS (${walk(filter)}), fitting AS (${fitting(filter)}) SELECT count(*) AS count FROM fitting`,
    [...bounds(scope, null), ...conditions(filter)],
  );
  return rows[0]!.count;
}

function batchStatement(filter: DeliveryFilter): Statement {
  return {
    name: `replay_batch_${indexFor(filter).name}${filter.search === undefined ? '' : '_search'}`,
    text: `
      WITH walked AS MATERIALIZED (${walk(filter)} LIMIT ${walkedMax(filter)}),
      fitting AS MATERIALIZED (${fitting(filter)} ORDER BY w.id LIMIT $13),
      -- In the order of ids, so that two replays never wait for each other.
      locked AS MATERIALIZED (
        SELECT d.id, (SELECT p.ordering = 'strict' FROM endpoints p WHERE p.id = d.endpoint_id) AS ordered
          FROM fitting f JOIN deliveries d ON d.id = f.id
         WHERE d.status = ANY ($12::delivery_status[]) ORDER BY d.id FOR UPDATE OF d
      ), replayed AS (
        UPDATE deliveries d
           SET status = 'pending', leased = false, epoch = d.epoch + 1, schedule_attempts = 0,
               trigger = 'replay', replay_id = $14, completed_at = NULL,
               -- In a strict order each takes its old place again.
               due_at = CASE WHEN l.ordered THEN d.created_at ELSE now() END
          FROM locked l WHERE d.id = l.id AND d.status = ANY ($12::delivery_status[])
        RETURNING d.endpoint_id
      )
      SELECT (SELECT count(*) FROM walked) AS walked, (SELECT count(*) FROM fitting) AS fitting,
             (SELECT count(*) FROM replayed) AS replayed,
             (SELECT w.id FROM walked w ORDER BY w.id DESC LIMIT 1) AS last_walked,
             (SELECT f.id FROM fitting f ORDER BY f.id DESC LIMIT 1) AS last_fitting,
             (SELECT coalesce(array_agg(DISTINCT r.endpoint_id), '{}') FROM replayed r) AS endpoint_ids`,
  };
}

/** $1 and $2 bound the id, $3 to $10 are the filter (as `LogIndex` wants them), $11 the search, $12 the statuses. */
function walk(filter: DeliveryFilter): string {
  const index = indexFor(filter);
  return `
    SELECT d.* FROM ${index.source ?? 'deliveries d'}
     WHERE ${index.condition} ORDER BY ${index.order.replaceAll(' DESC', '')}`;
}

// One row at a time: joined in any other way, the planner might read all events of all days.
const DATA_OF_EVENT = `CROSS JOIN LATERAL (SELECT e.data FROM events e WHERE e.id = w.event_id LIMIT 1) e`;

function fitting(filter: DeliveryFilter): string {
  return `
    SELECT w.id FROM walked w ${filter.search === undefined ? '' : DATA_OF_EVENT}
     WHERE ${FITS_FILTER} AND ${filter.search === undefined ? '$11::text IS NULL' : 'e.data ILIKE $11'}
       AND w.status = ANY ($12::delivery_status[])
       AND EXISTS (SELECT FROM endpoints p WHERE p.id = w.endpoint_id AND p.deleted_at IS NULL)`;
}

/** The most selective one, by rule of thumb; a wrong guess costs rows read, and each turn reads no more than a few. */
function indexFor(filter: DeliveryFilter): LogIndex {
  return indexesFor(filter)[0]!;
}

function walkedMax(filter: DeliveryFilter): number {
  return filter.search === undefined ? WALKED_MAX : SEARCHED_MAX;
}

function bounds({ filter, replayId }: ReplayScope, position: string | null): [string, string] {
  const before = filter.before && lowestUuidAt(filter.before.getTime());
  return [
    before !== undefined && before < replayId ? before : replayId,
    position === null ? lowestUuidAt(filter.after?.getTime() ?? 0) : uuidAfter(position),
  ];
}

function conditions(filter: DeliveryFilter): unknown[] {
  const pattern = filter.search === undefined ? null : `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
  return [...filterValues(filter), pattern, statusesBefore('replayed')];
}

/** The next higher value: the walk's lower bound is inclusive. */
function uuidAfter(uuid: string): string {
  const hex = (BigInt(`0x${uuid.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
