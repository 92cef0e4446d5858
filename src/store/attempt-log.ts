/** The attempts of one delivery, newest first. Secrets were hidden before anything was stored. */
import { lowestUuidAt, uuidTimeMs } from '../model/id.js';
import type { Queryable, Statement } from './database.js';

export interface AttemptRow {
  id: string;
  deliveryId: string;
  endpointId: string;
  eventId: string;
  attemptNumber: number;
  trigger: string;
  url: string;
  requestHeaders: Record<string, string>;
  statusCode: number | null;
  /** Null for those who may not see it, too; likewise the body. */
  responseHeaders: Record<string, string | string[]> | null;
  responseBody: Buffer | null;
  responseBodyTruncated: boolean;
  errorCode: string | null;
  errorMessage: string | null;
  remoteAddress: string | null;
  timings: Record<string, number>;
  durationMs: number;
  startedAt: Date;
}

/** An attempt's id is never older than its delivery's but by what two processes' clocks differ. */
const CLOCK_SLACK_MS = 60_000;

/** Up to `limit` rows; ask for one more than is wanted to know whether there are more. */
export async function readAttempts(
  database: Queryable,
  deliveryId: string,
  place: { before: string | undefined; limit: number },
  /** Headers and body of what receivers answered. */
  withAnswers: boolean,
): Promise<AttemptRow[]> {
  const { rows } = await database.query<AttemptRow>(READ, [
    deliveryId,
    place.before ?? HIGHEST_ID,
    lowestUuidAt(uuidTimeMs(deliveryId) - CLOCK_SLACK_MS),
    place.limit,
    withAnswers,
  ]);
  return rows;
}

const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

// The inner id bound leaves out the days before the delivery; OFFSET 0 keeps the planner from walking whole days in
// the order of ids when a delivery's few attempts only need to be sorted.
const READ: Statement = {
  name: 'read_attempts',
  text: `
    SELECT a.id, a.delivery_id AS "deliveryId", a.endpoint_id AS "endpointId", a.event_id AS "eventId",
           a.attempt_number AS "attemptNumber", a.trigger, a.url, a.request_headers AS "requestHeaders",
           a.status_code AS "statusCode", CASE WHEN $5 THEN a.response_headers END AS "responseHeaders",
           CASE WHEN $5 THEN a.response_body END AS "responseBody",
           a.response_body_truncated AS "responseBodyTruncated", a.error_code AS "errorCode",
           a.error_message AS "errorMessage", a.remote_address AS "remoteAddress", a.timings,
           a.duration_ms AS "durationMs", a.started_at AS "startedAt"
      FROM (SELECT * FROM attempts o
             WHERE o.delivery_id = $1 AND o.id < $2 AND o.id >= $3 OFFSET 0) a
     ORDER BY a.id DESC LIMIT $4`,
};
