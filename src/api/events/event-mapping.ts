/** What the API says of an event. */
import { toPublicId } from '../../model/id.js';
import type { EventRow } from '../../store/event-log.js';
import type { EventAnswer, EventDetailsAnswer } from './event.dto.js';

export function eventAnswer(row: EventRow): EventAnswer {
  return {
    id: toPublicId('evt', row.id),
    tenantId: toPublicId('ten', row.tenantId),
    type: row.type,
    externalId: row.externalId,
    occurredAt: row.occurredAt,
    createdAt: row.createdAt,
    tags: row.tags,
    test: row.test,
    deliveryCount: row.deliveryCount,
    deliverAt: row.deliverAt,
    expiresAt: row.expiresAt,
  };
}

/** JSON text with `data` spliced in as it was emitted: parsed and printed, it would not be the same. */
export function eventDetailsText(answer: Omit<EventDetailsAnswer, 'data'>, data: string | undefined): string {
  const text = JSON.stringify(answer);
  return data === undefined ? text : `${text.slice(0, -1)},"data":${data}}`;
}
