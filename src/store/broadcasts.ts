/**
 * Broadcasts: what was asked for, and how far it has come. Like that of a replay, a row is also the work list: the process
 * that holds its lock works on it, for one batch of tenants, and `position` moves when the batch has been emitted.
 *
 * The events are not of that transaction: each is committed by itself, through the ordinary intake. A crash before `position`
 * has moved has the batch emitted once more, and the identity of its events (src/broadcast/broadcast-runner.ts) makes
 * that a repetition which stores nothing.
 */
import type { Queryable } from './database.js';

export const broadcastStatuses = ['running', 'completed', 'canceled', 'failed'] as const;
export type BroadcastStatus = (typeof broadcastStatuses)[number];

export interface Broadcast {
  /** Made when it was asked for: tenants with a higher id did not exist then, and are not told. */
  id: string;
  type: string;
  /** JSON text; null once it has ended. */
  data: string | null;
  tags: string[];
  occurredAt: Date;
  hops: number;
  /** Null: everybody with an endpoint that matches. */
  tenantIds: string[] | null;
  requestHash: Buffer;
  status: BroadcastStatus;
  /** How many tenants there are to look at. */
  total: number;
  emitted: number;
  /** Had no endpoint that matches, or were deleted meanwhile. */
  skipped: number;
  /** By the tenant's or the catalog's rules. */
  refused: number;
  /** The code of the last such. */
  lastRefusal: string | null;
  error: string | null;
  createdBy: string;
  createdAt: Date;
  completedAt: Date | null;
}

export type NewBroadcast = Pick<
  Broadcast,
  | 'id'
  | 'type'
  | 'data'
  | 'tags'
  | 'occurredAt'
  | 'hops'
  | 'tenantIds'
  | 'requestHash'
  | 'total'
  | 'createdBy'
> & { idempotencyKey: string | null };

/** Answers undefined when the idempotency key is taken; one that another transaction is just taking is waited for. */
export async function insertBroadcast(
  transaction: Queryable,
  broadcast: NewBroadcast,
): Promise<Broadcast | undefined> {
  const { rows } = await transaction.query<Row>(
    `INSERT INTO broadcasts AS b (id, type, data, tags, occurred_at, hops, tenant_ids, request_hash, total, created_by,
                                  idempotency_key)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (idempotency_key) DO NOTHING RETURNING ${COLUMNS}`,
    [
      broadcast.id,
      broadcast.type,
      broadcast.data,
      broadcast.tags,
      broadcast.occurredAt,
      broadcast.hops,
      broadcast.tenantIds,
      broadcast.requestHash,
      broadcast.total,
      broadcast.createdBy,
      broadcast.idempotencyKey,
    ],
  );
  return rows[0] && toBroadcast(rows[0]);
}

export async function findBroadcast(
  database: Queryable,
  broadcastId: string,
): Promise<Broadcast | undefined> {
  const { rows } = await database.query<Row>(`SELECT ${COLUMNS} FROM broadcasts b WHERE b.id = $1`, [
    broadcastId,
  ]);
  return rows[0] && toBroadcast(rows[0]);
}

export async function findBroadcastByKey(database: Queryable, key: string): Promise<Broadcast | undefined> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM broadcasts b WHERE b.idempotency_key = $1`,
    [key],
  );
  return rows[0] && toBroadcast(rows[0]);
}

export interface BroadcastFilter {
  status: BroadcastStatus | undefined;
  /** Of one of these types: names, or patterns as `matchesEventType` (src/model/endpoint.ts) knows them. */
  typePatterns: string[] | undefined;
}

/** Newest first. @param page.before only broadcasts with a lower id */
export async function listBroadcasts(
  database: Queryable,
  { status, typePatterns }: BroadcastFilter,
  page: { before: string | undefined; limit: number },
): Promise<Broadcast[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS} FROM broadcasts b
      WHERE ($1::text IS NULL OR b.status = $1) AND ($2::uuid IS NULL OR b.id < $2)
        AND ($3::text[] IS NULL OR EXISTS (
              SELECT FROM unnest($3::text[]) AS p (pattern)
               WHERE p.pattern IN ('*', b.type)
                  OR (p.pattern LIKE '%.*' AND starts_with(b.type, left(p.pattern, -1)))))
      ORDER BY b.id DESC LIMIT $4`,
    [status ?? null, page.before ?? null, typePatterns ?? null, page.limit],
  );
  return rows.map(toBroadcast);
}

/** A running broadcast, its row locked for one batch. */
export interface BroadcastTurn {
  id: string;
  broadcast: Broadcast;
  /** The last tenant that was looked at; null: none yet. */
  position: string | null;
  /** Until the next batch may begin; 0: now. */
  dueInMs: number;
}

/** The running broadcast whose turn it is, or is next, among those that nobody else is working on. */
export async function lockNextBroadcast(transaction: Queryable): Promise<BroadcastTurn | undefined> {
  const { rows } = await transaction.query<Row & { position: string | null; due_in_ms: number }>({
    name: 'lock_next_broadcast',
    text: `SELECT ${COLUMNS}, b.position,
                  greatest(0, extract(epoch FROM b.next_batch_at - now()))::float8 * 1000 AS due_in_ms
             FROM broadcasts b WHERE b.status = 'running'
            ORDER BY b.next_batch_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  return { id: row.id, broadcast: toBroadcast(row), position: row.position, dueInMs: row.due_in_ms };
}

/** What a batch came to. */
export interface BroadcastProgress {
  position: string | null;
  emitted: number;
  skipped: number;
  refused: number;
  lastRefusal: string | null;
  /** Until the next batch may begin. */
  pauseMs: number;
  /** Nobody is left. */
  done: boolean;
}

export async function advanceBroadcast(
  transaction: Queryable,
  broadcastId: string,
  progress: BroadcastProgress,
): Promise<void> {
  await transaction.query(
    {
      name: 'advance_broadcast',
      text: `UPDATE broadcasts b
                SET position = coalesce($2, b.position), emitted = b.emitted + $3, skipped = b.skipped + $4,
                    refused = b.refused + $5, last_refusal = coalesce($6, b.last_refusal),
                    next_batch_at = clock_timestamp() + $7 * interval '1 ms',
                    status = CASE WHEN $8 THEN 'completed' ELSE b.status END,
                    completed_at = CASE WHEN $8 THEN now() END, data = CASE WHEN $8 THEN NULL ELSE b.data END
              WHERE b.id = $1`,
    },
    [
      broadcastId,
      progress.position,
      progress.emitted,
      progress.skipped,
      progress.refused,
      progress.lastRefusal,
      progress.pauseMs,
      progress.done,
    ],
  );
}

/** Answers false when it was not running any more. Waits for a batch that is just under way. */
export async function endBroadcast(
  database: Queryable,
  broadcastId: string,
  end: { status: 'canceled' } | { status: 'failed'; error: string },
): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE broadcasts b SET status = $2, error = $3, completed_at = now(), data = NULL
      WHERE b.id = $1 AND b.status = 'running'`,
    [broadcastId, end.status, 'error' in end ? end.error : null],
  );
  return rowCount === 1;
}

/** Looked at by `toBroadcast`. */
const COLUMNS = `b.id, b.type, b.data, b.tags, b.occurred_at, b.hops, b.tenant_ids, b.request_hash, b.status, b.total,
  b.emitted, b.skipped, b.refused, b.last_refusal, b.error, b.created_by, b.created_at, b.completed_at`;

interface Row {
  id: string;
  type: string;
  data: string | null;
  tags: string[];
  occurred_at: Date;
  hops: number;
  tenant_ids: string[] | null;
  request_hash: Buffer;
  status: BroadcastStatus;
  total: number;
  emitted: number;
  skipped: number;
  refused: number;
  last_refusal: string | null;
  error: string | null;
  created_by: string;
  created_at: Date;
  completed_at: Date | null;
}

function toBroadcast(row: Row): Broadcast {
  return {
    id: row.id,
    type: row.type,
    data: row.data,
    tags: row.tags,
    occurredAt: row.occurred_at,
    hops: row.hops,
    tenantIds: row.tenant_ids,
    requestHash: row.request_hash,
    status: row.status,
    total: row.total,
    emitted: row.emitted,
    skipped: row.skipped,
    refused: row.refused,
    lastRefusal: row.last_refusal,
    error: row.error,
    createdBy: row.created_by,
    createdAt: row.created_at,
    completedAt: row.completed_at,
  };
}
