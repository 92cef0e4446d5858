/**
 * Requests on their way to listeners, and answers on their way back: between the process that sends a delivery and the one
 * that a listener is connected to, which need not be the same. A row lives for one attempt.
 *
 * Nothing here is owed. A row that is lost is an attempt without an answer, and the ledger knows what to do about that.
 */
import type { ListenerAnswer, ListenerRequest } from '../model/listener.js';
import type { Queryable } from './database.js';

export interface TakenRequest extends ListenerRequest {
  requestId: string;
  listenerId: string;
  /** Until nobody waits for the answer any more. */
  leftMs: number;
}

/** Answers false when the listener does not poll, or is gone: nobody would fetch it. */
export async function putListenerRequest(
  database: Queryable,
  {
    requestId,
    listenerId,
    timeoutMs,
    request,
  }: {
    requestId: string;
    listenerId: string;
    timeoutMs: number;
    request: ListenerRequest;
  },
): Promise<boolean> {
  const { rowCount } = await database.query(
    {
      name: 'put_listener_request',
      text: `INSERT INTO listener_requests (id, listener_id, request, expires_at)
             SELECT $1, l.id, $3, now() + $4 * interval '1 ms' FROM listeners l WHERE l.id = $2 AND l.lease_until > now()`,
    },
    [requestId, listenerId, JSON.stringify(request), timeoutMs],
  );
  return rowCount === 1;
}

/** Requests for any of these listeners, oldest first, each taken once. */
export async function takeListenerRequests(
  database: Queryable,
  listenerIds: string[],
  limit: number,
): Promise<TakenRequest[]> {
  const { rows } = await database.query<{
    id: string;
    listener_id: string;
    request: string;
    left_ms: number;
  }>(
    {
      name: 'take_listener_requests',
      text: `UPDATE listener_requests r SET taken_at = now()
               FROM (SELECT w.id FROM listener_requests w
                      WHERE w.listener_id = ANY ($1) AND w.taken_at IS NULL AND w.expires_at > now()
                      ORDER BY w.id LIMIT $2 FOR UPDATE SKIP LOCKED) taken
              WHERE r.id = taken.id
              RETURNING r.id, r.listener_id, r.request,
                        extract(epoch FROM r.expires_at - now())::float8 * 1000 AS left_ms`,
    },
    [listenerIds, limit],
  );
  return rows.map((row) => ({
    ...(JSON.parse(row.request) as ListenerRequest),
    requestId: row.id,
    listenerId: row.listener_id,
    leftMs: row.left_ms,
  }));
}

/** Answers false when nobody waits for it, or it was answered already. */
export async function answerListenerRequest(
  database: Queryable,
  { requestId, listenerId }: { requestId: string; listenerId: string },
  answer: ListenerAnswer,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE listener_requests r SET answer = $3, answered_at = now()
      WHERE r.id = $1 AND r.listener_id = $2 AND r.answered_at IS NULL AND r.expires_at > now()`,
    [requestId, listenerId, JSON.stringify(answer)],
  );
  return rowCount === 1;
}

/** The answers that have come, by request; with that their rows are gone. */
export async function takeListenerAnswers(
  database: Queryable,
  requestIds: string[],
): Promise<Map<string, ListenerAnswer>> {
  const { rows } = await database.query<{ id: string; answer: string }>(
    {
      name: 'take_listener_answers',
      text: `DELETE FROM listener_requests r WHERE r.id = ANY ($1) AND r.answered_at IS NOT NULL RETURNING r.id, r.answer`,
    },
    [requestIds],
  );
  return new Map(rows.map((row) => [row.id, JSON.parse(row.answer) as ListenerAnswer]));
}

/** Takes back what nobody waits for any more. Answers whether a listener had taken it. */
export async function dropListenerRequest(
  database: Queryable,
  requestId: string,
): Promise<{ taken: boolean }> {
  const { rows } = await database.query<{ taken: boolean }>(
    `DELETE FROM listener_requests r WHERE r.id = $1 RETURNING r.taken_at IS NOT NULL AS taken`,
    [requestId],
  );
  return { taken: rows[0]?.taken ?? false };
}

/** Left behind by dispatchers that died while they waited. */
export async function dropExpiredListenerRequests(database: Queryable): Promise<void> {
  await database.query(`DELETE FROM listener_requests r WHERE r.expires_at < now() - interval '1 min'`);
}
