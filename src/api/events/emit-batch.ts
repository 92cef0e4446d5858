/**
 * Up to a thousand events in one request. Each of them is accepted whole or refused whole, whatever becomes of its
 * neighbours; all are emitted at once, and the emitter commits them in groups.
 *
 * Only what concerns every item (the body's own form, the tenant, a database that is away) is answered for the request.
 */
import { PosthornError } from '../../errors.js';
import { sliceElements, sliceMembers, type Slice } from '../../intake/raw-json.js';
import type { AcceptedEvent } from '../../model/event.js';
import { refusalOf } from '../problem.js';
import { validationFailed } from '../validation.js';
import { readEmitFields, type EmitFields } from './emit-fields.js';

export const BATCH_EVENTS_MAX = 1_000;

export type BatchItem =
  { kind: 'accepted'; event: AcceptedEvent } | { kind: 'refused'; refusal: PosthornError };

export interface Batch {
  text: string;
  body: unknown;
  /** An item may be as large as an event that is emitted alone. */
  itemBytesMax: number;
  emit: (fields: EmitFields) => Promise<AcceptedEvent>;
}

/** @throws PosthornError `validation_failed`, `malformed_json`, or what was the matter with every single item */
export async function emitBatch({ text, body, itemBytesMax, emit }: Batch): Promise<BatchItem[]> {
  const { slices, values } = readItems(text, body);
  const emitItem = async (slice: Slice, index: number): Promise<BatchItem> => {
    try {
      if (isLarger(text, slice, itemBytesMax)) throw new PosthornError('body_too_large');
      return { kind: 'accepted', event: await emit(readEmitFields(text, slice.start, values[index])) };
    } catch (error) {
      return { kind: 'refused', refusal: refusalOf(error) };
    }
  };
  const items = await Promise.all(slices.map(emitItem));
  throwWhatConcernsAll(items);
  return items;
}

function readItems(text: string, body: unknown): { slices: Slice[]; values: unknown[] } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw validationFailed([{ path: '', message: 'must be a JSON object' }]);
  }
  const members = sliceMembers(text);
  const unknown = [...members.keys()].filter((name) => name !== 'events');
  if (unknown.length > 0) {
    throw validationFailed(unknown.map((path) => ({ path, message: 'is not a known field' })));
  }
  const { events } = body as { events?: unknown };
  if (!Array.isArray(events) || events.length < 1 || events.length > BATCH_EVENTS_MAX) {
    throw validationFailed([
      { path: 'events', message: `must be a list of 1 to ${BATCH_EVENTS_MAX} events` },
    ]);
  }
  return { slices: sliceElements(text, members.get('events')!.start), values: events };
}

/** A UTF-16 unit takes 3 bytes of UTF-8 at most: short items need not be measured. */
function isLarger(text: string, { start, end }: Slice, bytesMax: number): boolean {
  return (end - start) * 3 > bytesMax && Buffer.byteLength(text.slice(start, end)) > bytesMax;
}

/** Who sends to a tenant that does not exist, has used up its limit, or meets a database that is away, shall see it in the status. */
function throwWhatConcernsAll(items: BatchItem[]): void {
  const [first] = items;
  if (first?.kind !== 'refused') return;
  const { code, status } = first.refusal;
  if (code !== 'tenant_not_found' && code !== 'rate_limited' && status < 500) return;
  if (items.every((item) => item.kind === 'refused' && item.refusal.code === code)) throw first.refusal;
}
