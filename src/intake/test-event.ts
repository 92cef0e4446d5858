/**
 * Sends an endpoint an event to try itself on: the example of an event type that it asked for, over the same way that
 * everything takes (stored, signed, retried, logged), and marked as a test in the log and by the header `posthorn-test`.
 *
 * A disabled endpoint is refused: what is sent to it would wait until it is enabled, which is no answer to somebody who
 * is looking. An endpoint whose circuit is open is not: the test waits for the next probe, and may be it.
 */
import { PosthornError } from '../errors.js';
import { matchesEventType } from '../model/endpoint.js';
import { toPublicId } from '../model/id.js';
import type { Queryable } from '../store/database.js';
import { deliveryOf, readExample, readTestedEndpoint, typesWithExample } from '../store/test-source.js';
import type { Emitter } from './emitter.js';

export interface TestRequest {
  tenantId: string;
  endpointId: string;
  /** Any event type; one that the endpoint asked for when left out. */
  type: string | undefined;
}

/** The type of a test when neither the caller nor the endpoint's own types name one. */
const DEFAULT_TYPE = 'posthorn.test';
/** What is sent for types without an example. */
const PLAIN_DATA = '{"test":true,"message":"This is a test event, sent by Posthorn."}';

export class TestEvents {
  constructor(
    private readonly database: Queryable,
    private readonly emitter: Pick<Emitter, 'emit'>,
  ) {}

  /** Answers the delivery's id. @throws PosthornError `endpoint_not_found`, `endpoint_disabled`, `tenant_not_found` */
  async send(request: TestRequest): Promise<string> {
    const { tenantId, endpointId } = request;
    const endpoint = await readTestedEndpoint(this.database, tenantId, endpointId);
    if (endpoint === undefined) throw new PosthornError('endpoint_not_found');
    if (endpoint.disabled) throw new PosthornError('endpoint_disabled');
    const type = request.type ?? (await this.typeFor(endpoint.eventTypes));
    const { eventId } = await this.emitter.emit({
      tenant: toPublicId('ten', tenantId),
      type,
      data: (await readExample(this.database, type)) ?? PLAIN_DATA,
      origin: { kind: 'test', endpointId },
    });
    const deliveryId = await deliveryOf(this.database, eventId);
    // Deleted since it was looked at: the event went to nobody.
    if (deliveryId === undefined) throw new PosthornError('endpoint_not_found');
    return deliveryId;
  }

  /** The first pattern that has an example decides; failing that, the first one that is a type itself. */
  private async typeFor(patterns: string[]): Promise<string> {
    const examples = await typesWithExample(this.database);
    for (const pattern of patterns) {
      const type = examples.find((name) => matchesEventType(pattern, name));
      if (type !== undefined) return type;
    }
    return patterns.find((pattern) => !pattern.endsWith('*')) ?? DEFAULT_TYPE;
  }
}
