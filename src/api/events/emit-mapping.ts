/** What the emitter answers, as the API says it. */
import type { AcceptedEvent } from '../../model/event.js';
import { toPublicId } from '../../model/id.js';
import type { BatchItem } from './emit-batch.js';
import type { AcceptedItem, EmittedEvent, RefusedItem } from './emit.dto.js';

export function emittedAnswer(event: AcceptedEvent): EmittedEvent {
  const answer: EmittedEvent = {
    id: toPublicId('evt', event.eventId),
    type: event.type,
    externalId: event.externalId,
    occurredAt: event.occurredAt,
    createdAt: event.createdAt,
    deliveries: event.deliveryCount,
  };
  if (event.warnings !== undefined) answer.warnings = event.warnings;
  if (event.deliveryCount === 0) {
    answer.message = 'No endpoint of the tenant wants this event. It is recorded, and sent to nobody.';
  }
  return answer;
}

export function itemAnswer(item: BatchItem): AcceptedItem | RefusedItem {
  if (item.kind === 'refused') {
    const { code, message, options } = item.refusal;
    return {
      status: 'refused',
      error: { code, detail: message, ...(options.errors && { errors: options.errors }) },
    };
  }
  const { event } = item;
  return {
    status: event.replayed ? 'replayed' : 'accepted',
    id: toPublicId('evt', event.eventId),
    externalId: event.externalId,
    deliveries: event.deliveryCount,
    ...(event.warnings !== undefined && { warnings: event.warnings }),
  };
}
