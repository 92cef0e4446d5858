/** Between the rows of deliveries and attempts and what the API says of them. */
import { isUtf8 } from 'node:buffer';
import { toPublicId } from '../../model/id.js';
import { defaultRetry, maxAttempts, type RetrySchedule } from '../../model/retry-schedule.js';
import type { AttemptRow } from '../../store/attempt-log.js';
import type { WalkedPage } from '../../store/bounded-walk.js';
import type { DeliveryDetails, DeliveryRow } from '../../store/delivery-log.js';
import type { PagePosition } from '../pagination.js';
import type { AttemptAnswer } from './attempt.dto.js';
import type { DeliveredEvent, DeliveryAnswer, DeliveryDetailsAnswer, DeliveryPage } from './delivery.dto.js';

export function deliveryAnswer(row: DeliveryRow): DeliveryAnswer {
  return {
    id: toPublicId('dlv', row.id),
    tenantId: toPublicId('ten', row.tenantId),
    endpointId: toPublicId('ep', row.endpointId),
    eventId: toPublicId('evt', row.eventId),
    eventType: row.eventType,
    status: row.status,
    trigger: row.trigger,
    replayId: row.replayId === null ? null : toPublicId('rpl', row.replayId),
    attemptCount: row.attemptCount,
    lastStatusCode: row.lastStatusCode,
    lastErrorCode: row.lastErrorCode,
    lastAttemptAt: row.lastAttemptAt,
    // Of a leased delivery it would be the lease's end, which means nothing outside.
    dueAt: row.status === 'pending' && !row.leased ? row.dueAt : null,
    createdAt: row.createdAt,
    completedAt: row.completedAt,
  };
}

export function deliveryPage(page: WalkedPage<DeliveryRow>, position: PagePosition): DeliveryPage {
  return {
    data: page.rows.map(deliveryAnswer),
    nextCursor: page.next === null ? null : position.cursorAfter(page.next),
  };
}

export function deliveryDetailsAnswer(row: DeliveryDetails): DeliveryDetailsAnswer {
  return {
    ...deliveryAnswer(row),
    endpointUrl: row.endpointUrl,
    endpointDeleted: row.endpointDeleted,
    scheduleAttempts: row.scheduleAttempts,
    maxAttempts: maxAttempts((row.endpointRetry as RetrySchedule | null) ?? defaultRetry),
    event: deliveredEvent(row),
  };
}

/** Events may be kept for a shorter time than deliveries. */
function deliveredEvent(row: DeliveryDetails): DeliveredEvent | null {
  if (row.eventOccurredAt === null) return null;
  return {
    id: toPublicId('evt', row.eventId),
    type: row.eventType,
    externalId: row.eventExternalId,
    occurredAt: row.eventOccurredAt,
    tags: row.eventTags ?? [],
    test: row.eventTest ?? false,
  };
}

export function attemptAnswer(row: AttemptRow): AttemptAnswer {
  return {
    id: toPublicId('att', row.id),
    deliveryId: toPublicId('dlv', row.deliveryId),
    endpointId: toPublicId('ep', row.endpointId),
    eventId: toPublicId('evt', row.eventId),
    attemptNumber: row.attemptNumber,
    trigger: row.trigger,
    url: row.url,
    requestHeaders: row.requestHeaders,
    statusCode: row.statusCode,
    responseHeaders: row.responseHeaders,
    ...bodyFields(row.responseBody, row.responseBodyTruncated),
    responseBodyTruncated: row.responseBodyTruncated,
    errorCode: row.errorCode,
    errorMessage: row.errorMessage,
    remoteAddress: row.remoteAddress,
    timings: row.timings,
    durationMs: row.durationMs,
    startedAt: row.startedAt,
  };
}

/** A character of UTF-8 has 4 bytes at most; a body that was cut may end with the first 3 of one. */
const CUT_BYTES_MAX = 3;

/** Nothing that a receiver answers may break whoever reads it: what is not text is given as bytes besides. */
export function bodyFields(
  body: Buffer | null,
  truncated: boolean,
): Pick<AttemptAnswer, 'responseBody' | 'responseBodyBase64'> {
  if (body === null) return { responseBody: null, responseBodyBase64: null };
  for (let cut = 0; cut <= (truncated ? CUT_BYTES_MAX : 0); cut++) {
    const whole = body.subarray(0, Math.max(0, body.length - cut));
    if (isUtf8(whole) && !whole.includes(0)) {
      return { responseBody: whole.toString('utf8'), responseBodyBase64: null };
    }
  }
  return { responseBody: body.toString('utf8'), responseBodyBase64: body.toString('base64') };
}
