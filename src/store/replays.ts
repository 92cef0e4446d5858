/**
 * Replays of many deliveries: what was asked for, and how far it has come. A row is also the work list: the process
 * that holds the lock of a running replay's row works on it, for one batch, and `position` moves in the transaction
 * that replays the batch. So nobody can do a batch twice, and a crash leaves the row as it was, free for the next.
 */
import type { DeliveryStatus } from '../model/delivery.js';
import type { Queryable } from './database.js';
import type { DeliveryFilter } from './delivery-filter.js';

export const replayStatuses = ['running', 'completed', 'canceled', 'failed'] as const;
export type ReplayStatus = (typeof replayStatuses)[number];

export interface Replay {
  /** Made when the replay was asked for: what has a higher id did not exist then, and is none of its business. */
  id: string;
  /** Whose deliveries alone it may touch; null: everybody's. */
  tenantId: string | null;
  filter: DeliveryFilter;
  missing: boolean;
  ratePerSecond: number;
  status: ReplayStatus;
  /** How many deliveries there were to replay when it was asked for. */
  total: number;
  replayed: number;
  /** What became of them, as of a moment ago. One that was replayed once more by somebody else is counted there. */
  outcomes: Record<DeliveryStatus, number>;
  error: string | null;
  createdBy: string;
  createdAt: Date;
  completedAt: Date | null;
}

export type NewReplay = Pick<
  Replay,
  'id' | 'tenantId' | 'filter' | 'missing' | 'ratePerSecond' | 'total' | 'createdBy'
>;

export async function insertReplay(database: Queryable, replay: NewReplay): Promise<Replay> {
  const { rows } = await database.query<Row>(
    `INSERT INTO replays AS r (id, tenant_id, filter, missing, rate_per_second, total, created_by, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'running') RETURNING ${COLUMNS}`,
    [
      replay.id,
      replay.tenantId,
      JSON.stringify(replay.filter),
      replay.missing,
      replay.ratePerSecond,
      replay.total,
      replay.createdBy,
    ],
  );
  return toReplay(rows[0]!);
}

/** @param tenantId the only tenant whose replays may be seen; undefined: all */
export async function findReplay(
  database: Queryable,
  replayId: string,
  tenantId: string | undefined,
): Promise<Replay | undefined> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM replays r WHERE r.id = $1 AND ($2::uuid IS NULL OR r.tenant_id = $2)`,
    [replayId, tenantId ?? null],
  );
  return rows[0] && toReplay(rows[0]);
}

/** Newest first. @param page.before only replays with a lower id */
export async function listReplays(
  database: Queryable,
  filter: { tenantId: string | undefined; status: ReplayStatus | undefined },
  page: { before: string | undefined; limit: number },
): Promise<Replay[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM replays r
      WHERE ($1::uuid IS NULL OR r.tenant_id = $1) AND ($2::text IS NULL OR r.status = $2)
        AND ($3::uuid IS NULL OR r.id < $3)
      ORDER BY r.id DESC LIMIT $4`,
    [filter.tenantId ?? null, filter.status ?? null, page.before ?? null, page.limit],
  );
  return rows.map(toReplay);
}

/** A running replay, its row locked for one batch. */
export interface ReplayTurn {
  id: string;
  replay: Replay;
  /** The id of the last delivery (or event) that was looked at; null: none yet. */
  position: string | null;
  /** Until its rate allows the next batch; 0: now. */
  dueInMs: number;
}

/** The running replay whose turn it is, or is next, among those that nobody else is working on. */
export async function lockNextReplay(transaction: Queryable): Promise<ReplayTurn | undefined> {
  const { rows } = await transaction.query<Row & { position: string | null; due_in_ms: number }>({
    name: 'lock_next_replay',
    text: `SELECT ${COLUMNS}, r.position,
                  greatest(0, extract(epoch FROM r.next_batch_at - now()))::float8 * 1000 AS due_in_ms
             FROM replays r WHERE r.status = 'running'
            ORDER BY r.next_batch_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  return { id: row.id, replay: toReplay(row), position: row.position, dueInMs: row.due_in_ms };
}

/** What a batch came to. */
export interface ReplayProgress {
  position: string | null;
  replayed: number;
  /** Until the next batch may begin, counted from the beginning of this one. */
  pauseMs: number;
  /** Nothing is left. */
  done: boolean;
}

export async function advanceReplay(
  transaction: Queryable,
  replayId: string,
  progress: ReplayProgress,
): Promise<void> {
  await transaction.query(
    {
      name: 'advance_replay',
      text: `UPDATE replays r
                SET position = coalesce($2, r.position), replayed = r.replayed + $3,
                    next_batch_at = now() + $4 * interval '1 ms',
                    status = CASE WHEN $5 THEN 'completed' ELSE r.status END,
                    completed_at = CASE WHEN $5 THEN now() END
              WHERE r.id = $1`,
    },
    [replayId, progress.position, progress.replayed, progress.pauseMs, progress.done],
  );
}

/** Answers false when it was not running any more, or not to be seen. Waits for a batch that is just under way. */
export async function endReplay(
  database: Queryable,
  replayId: string,
  end: { status: 'canceled' } | { status: 'failed'; error: string },
  tenantId?: string,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE replays r SET status = $2, error = $3, completed_at = now()
      WHERE r.id = $1 AND r.status = 'running' AND ($4::uuid IS NULL OR r.tenant_id = $4)`,
    [replayId, end.status, 'error' in end ? end.error : null, tenantId ?? null],
  );
  return rowCount === 1;
}

/**
 * A count is repeated after this, or after so many times what it took (a million deliveries are not counted each second),
 * or when the replay has been over for that share longer: what is pending after hours will be so for hours.
 */
const TALLY_EVERY_MS = 1_000;
const TALLY_SHARE = 20;

/**
 * Counts what became of the deliveries of one replay whose numbers may have changed. Answers false when there is none.
 * Once it has ended and nothing of it is pending, its numbers stay, also when its deliveries are long gone.
 */
export async function tallyNextReplay(transaction: Queryable): Promise<boolean> {
  const { rows } = await transaction.query<{ id: string }>({
    name: 'lock_replay_to_tally',
    text: `SELECT r.id FROM replays r WHERE r.tally_due_at <= now() AND r.tally_due_at < 'infinity'
            ORDER BY r.tally_due_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  });
  const next = rows[0];
  if (next === undefined) return false;
  // A statement of its own: it sees every batch that was committed before the row was locked.
  await transaction.query(
    {
      name: 'tally_replay',
      text: `
        UPDATE replays r
           SET succeeded = c.succeeded, failed = c.failed, canceled = c.canceled, pending = c.pending,
               tally_due_at = CASE WHEN r.status <> 'running' AND c.pending = 0 THEN 'infinity'
                 ELSE clock_timestamp() + greatest(${TALLY_EVERY_MS} * interval '1 ms',
                                                   ${TALLY_SHARE} * (clock_timestamp() - now()),
                                                   (now() - r.completed_at) / ${TALLY_SHARE}) END
          FROM (SELECT count(*) FILTER (WHERE d.status = 'succeeded') AS succeeded,
                       count(*) FILTER (WHERE d.status = 'failed') AS failed,
                       count(*) FILTER (WHERE d.status = 'canceled') AS canceled,
                       count(*) FILTER (WHERE d.status = 'pending') AS pending
                  FROM deliveries d WHERE d.replay_id = $1) c
         WHERE r.id = $1`,
    },
    [next.id],
  );
  return true;
}

/** Looked at by `toReplay`. */
const COLUMNS = `r.id, r.tenant_id, r.filter, r.missing, r.rate_per_second, r.status, r.total, r.replayed, r.succeeded,
  r.failed, r.canceled, r.pending, r.error, r.created_by, r.created_at, r.completed_at`;

interface Row {
  id: string;
  tenant_id: string | null;
  filter: Omit<DeliveryFilter, 'after' | 'before'> & { after?: string; before?: string };
  missing: boolean;
  rate_per_second: number;
  status: ReplayStatus;
  total: number;
  replayed: number;
  succeeded: number;
  failed: number;
  canceled: number;
  pending: number;
  error: string | null;
  created_by: string;
  created_at: Date;
  completed_at: Date | null;
}

function toReplay(row: Row): Replay {
  const { after, before, ...filter } = row.filter;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    filter: {
      ...filter,
      ...(after !== undefined && { after: new Date(after) }),
      ...(before !== undefined && { before: new Date(before) }),
    },
    missing: row.missing,
    ratePerSecond: row.rate_per_second,
    status: row.status,
    total: row.total,
    replayed: row.replayed,
    outcomes: {
      pending: row.pending,
      succeeded: row.succeeded,
      failed: row.failed,
      canceled: row.canceled,
    },
    error: row.error,
    createdBy: row.created_by,
    createdAt: row.created_at,
    completedAt: row.completed_at,
  };
}
