/**
 * Writes attempts and what follows from them, a group in one statement and one commit.
 *
 * The attempt is logged whatever happens: it was made. The delivery changes only if the attempt's epoch is still the
 * delivery's: a process that was overtaken can add to the log, never overwrite a newer result. A crash before the
 * commit leaves the lease to run out and the delivery to be sent again (the one duplicate that at-least-once means).
 */
import type { DeliveryStatus } from '../model/delivery.js';
import { binaryArray, plainArray } from './array-parameters.js';
import type { Queryable, Statement } from './database.js';

export interface AttemptRecord {
  attemptId: string;
  deliveryId: string;
  tenantId: string;
  endpointId: string;
  eventId: string;
  attemptNumber: number;
  epoch: number;
  trigger: string;
  url: string;
  /** JSON text, secrets hidden. */
  requestHeaders: string;
  statusCode: number | null;
  /** JSON text. */
  responseHeaders: string | null;
  responseBody: Buffer | null;
  responseBodyTruncated: boolean;
  errorCode: string | null;
  errorMessage: string | null;
  remoteAddress: string | null;
  /** JSON text. */
  timings: string;
  durationMs: number;
  startedAt: Date;
  /** The delivery's status from here on, by the transition table. */
  status: DeliveryStatus;
  /** Until the next attempt, when the status is pending. */
  delayMs: number;
  /** False for attempts that the schedule does not count: interrupted, or failed by our own proxy. */
  counted: boolean;
}

const RECORD: Statement = {
  name: 'record_attempts',
  text: `
    WITH r AS (
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int[], $7::int[], $8::text[],
        $9::text[], $10::json[], $11::smallint[], $12::json[], $13::bytea[], $14::boolean[], $15::text[], $16::text[],
        $17::text[], $18::json[], $19::real[], $20::timestamptz[], $21::delivery_status[], $22::float8[], $23::boolean[])
      AS r (id, delivery_id, tenant_id, endpoint_id, event_id, attempt_number, epoch, trigger, url, request_headers,
            status_code, response_headers, response_body, response_body_truncated, error_code, error_message,
            remote_address, timings, duration_ms, started_at, status, delay_ms, counted)
    ), logged AS (
      INSERT INTO attempts (id, delivery_id, tenant_id, endpoint_id, event_id, attempt_number, epoch, trigger, url,
        request_headers, status_code, response_headers, response_body, response_body_truncated, error_code,
        error_message, remote_address, timings, duration_ms, started_at)
      SELECT r.id, r.delivery_id, r.tenant_id, r.endpoint_id, r.event_id, r.attempt_number, r.epoch, r.trigger, r.url,
        r.request_headers, r.status_code, r.response_headers, r.response_body, r.response_body_truncated, r.error_code,
        r.error_message, r.remote_address, r.timings, r.duration_ms, r.started_at
      FROM r ON CONFLICT (id) DO NOTHING
    )
    UPDATE deliveries d
       SET status = r.status, leased = false, attempt_count = r.attempt_number,
           schedule_attempts = d.schedule_attempts + r.counted::int,
           due_at = CASE WHEN r.status = 'pending' THEN now() + r.delay_ms * interval '1 ms' ELSE d.due_at END,
           last_status_code = r.status_code, last_error_code = r.error_code, last_attempt_at = r.started_at,
           completed_at = CASE WHEN r.status = 'pending' THEN NULL ELSE now() END
      FROM r
     WHERE d.id = r.delivery_id AND d.epoch = r.epoch AND d.status = 'pending'
    RETURNING d.id`,
};

/** Answers the deliveries that the attempts were still allowed to change. */
export async function recordAttempts(database: Queryable, records: AttemptRecord[]): Promise<Set<string>> {
  const column = <T>(read: (record: AttemptRecord) => T): T[] => records.map(read);
  const { rows } = await database.query<{ id: string }>(RECORD, [
    plainArray(column((record) => record.attemptId)),
    plainArray(column((record) => record.deliveryId)),
    plainArray(column((record) => record.tenantId)),
    plainArray(column((record) => record.endpointId)),
    plainArray(column((record) => record.eventId)),
    plainArray(column((record) => record.attemptNumber)),
    plainArray(column((record) => record.epoch)),
    binaryArray(
      'text',
      column((record) => record.trigger),
    ),
    binaryArray(
      'text',
      column((record) => record.url),
    ),
    binaryArray(
      'json',
      column((record) => record.requestHeaders),
    ),
    plainArray(column((record) => record.statusCode)),
    binaryArray(
      'json',
      column((record) => record.responseHeaders),
    ),
    binaryArray(
      'bytea',
      column((record) => record.responseBody),
    ),
    plainArray(column((record) => record.responseBodyTruncated)),
    binaryArray(
      'text',
      column((record) => record.errorCode),
    ),
    binaryArray(
      'text',
      column((record) => record.errorMessage),
    ),
    binaryArray(
      'text',
      column((record) => record.remoteAddress),
    ),
    binaryArray(
      'json',
      column((record) => record.timings),
    ),
    plainArray(column((record) => record.durationMs)),
    plainArray(column((record) => record.startedAt.toISOString())),
    plainArray(column((record) => record.status)),
    plainArray(column((record) => record.delayMs)),
    plainArray(column((record) => record.counted)),
  ]);
  return new Set(rows.map((row) => row.id));
}
