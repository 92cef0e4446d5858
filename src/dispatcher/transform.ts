/**
 * The body of an endpoint that has an expression for it: the event as JSON goes to a process of src/transformation, and
 * what it gives is the body. A failure is the attempt's, tried again by the schedule: until then somebody may have
 * mended the expression.
 */
import { toPublicId } from '../model/id.js';
import type { LoadedDelivery, LoadedEvent } from '../store/load-deliveries.js';
import type { Transformer } from '../transformation/transformer.js';
import { unsent, type Unsent } from './outcome.js';

/** @param timeoutMs the attempt's */
export async function transformedBody(
  expression: string,
  { eventId, endpointId }: LoadedDelivery,
  { type, occurredAt, data, tags }: LoadedEvent,
  transformer: Transformer,
  timeoutMs: number,
): Promise<string | Unsent> {
  const head = { id: toPublicId('evt', eventId), type, timestamp: occurredAt.toISOString(), tags };
  const input = `${JSON.stringify(head).slice(0, -1)},"data":${data}}`;
  const transformed = await transformer.transform(endpointId, expression, input, timeoutMs);
  switch (transformed.kind) {
    case 'body':
      return transformed.body;
    case 'problem':
      return unsent('transformation_failed', transformed.reason);
    case 'unavailable':
      return unsent('internal', `the transformation was not run: ${transformed.reason}`);
  }
}
