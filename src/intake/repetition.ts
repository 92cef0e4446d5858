/**
 * Emits that are repeated: by the emitter's own id of the event or by an Idempotency-Key, the first answer comes again.
 * Which request is the first, the table of keys decides (src/store/idempotency.ts).
 */
import { createHash } from 'node:crypto';
import { PosthornError } from '../errors.js';
import type { AcceptedEvent, EmitRequest } from '../model/event.js';
import type { EarlierEvent } from '../store/idempotency.js';
import { isTimed } from './event-times.js';

/** The emitter's own id and the header share one table; the first letter keeps their names apart. */
export function idempotencyKeys(request: EmitRequest): string[] {
  const keys: string[] = [];
  if (request.externalId !== undefined) keys.push(`i${request.externalId}`);
  if (request.idempotencyKey !== undefined) keys.push(`k${request.idempotencyKey}`);
  return keys;
}

/** Of what an emit says, so that another event under the same key is noticed. */
export function requestHash(request: EmitRequest): Buffer {
  const fields = [
    request.type,
    request.externalId ?? null,
    request.occurredAt?.toISOString() ?? null,
    request.tags ?? [],
    ...(isTimed(request) ? [request.deliverAt ?? null, request.expiresAt ?? null] : []),
  ];
  return createHash('sha256').update(JSON.stringify(fields)).update('\n').update(request.data).digest();
}

/** The answer to a repetition; `undefined` when nothing holds the keys. @throws PosthornError `idempotency_key_reused` */
export function replayOf(earlier: EarlierEvent[], hash: Buffer, tenantId: string): AcceptedEvent | undefined {
  const [first] = earlier;
  if (first === undefined) return undefined;
  const same = earlier.every((event) => event.eventId === first.eventId && event.requestHash.equals(hash));
  if (!same) throw new PosthornError('idempotency_key_reused');
  return {
    eventId: first.eventId,
    tenantId,
    type: first.type,
    externalId: first.externalId,
    occurredAt: first.occurredAt,
    createdAt: first.createdAt,
    deliveryCount: first.deliveryCount,
    replayed: true,
  };
}
