/**
 * Emitting. An emit without an answer may or may not have been stored, so each carries an idempotency key: the one that the
 * caller gives, or one made here, which makes the retries of this very call safe. Only a key or an `id` of the caller's own
 * also covers a program that crashes and emits again.
 */
import { answerOf, type Http, type Schemas } from '../http.js';
import { Listing } from '../listing.js';
import type { operations } from '../schema.js';

export type EventsQuery = Omit<NonNullable<operations['listEvents']['parameters']['query']>, 'cursor'>;

export interface EmitOptions {
  /** Of what caused this event: a row of an outbox, a job. 1 to 255 printable ASCII characters. */
  idempotencyKey?: string;
  /** The `posthorn-hops` header of the webhook that this event is a consequence of: circles are found by it. */
  hops?: number;
}

export class Events {
  constructor(private readonly http: Http) {}

  /** Returns once the event and everything it is owed are stored. @param tenant its id, or its externalId */
  emit(
    tenant: string,
    event: Schemas['EmitEvent'],
    options: EmitOptions = {},
  ): Promise<Schemas['EmittedEvent']> {
    // An id of the event is a key already, and a second one beside it would only be one more to remember.
    const key = options.idempotencyKey ?? crypto.randomUUID();
    return answerOf(
      this.http.POST('/v1/tenants/{tenant}/events', {
        params: { path: { tenant }, header: { 'Idempotency-Key': key, ...hops(options) } },
        body: event,
      }),
    );
  }

  /**
   * Up to 1,000 at once; each is accepted or refused by itself, so look at every item of the answer. Give each an `id`
   * to be able to repeat the call: a batch has no idempotency key, and is not repeated here after a 503 or when the
   * connection fails.
   */
  async emitBatch(
    tenant: string,
    events: Schemas['EmitEvent'][],
    options: Pick<EmitOptions, 'hops'> = {},
  ): Promise<Schemas['EmittedBatch']['data']> {
    const { data } = await answerOf(
      this.http.POST('/v1/tenants/{tenant}/events/batch', {
        params: { path: { tenant }, header: hops(options) },
        body: { events },
      }),
    );
    return data;
  }

  get(tenant: string, event: string): Promise<Schemas['EventDetailsAnswer']> {
    return answerOf(
      this.http.GET('/v1/tenants/{tenant}/events/{event}', { params: { path: { tenant, event } } }),
    );
  }

  /** Takes back what of it is still owed; answers how many deliveries that was. */
  async cancel(tenant: string, event: string): Promise<number> {
    const { canceled } = await answerOf(
      this.http.POST('/v1/tenants/{tenant}/events/{event}/cancel', { params: { path: { tenant, event } } }),
    );
    return canceled;
  }

  /** Newest first, without their data. */
  list(tenant: string, query: EventsQuery = {}): Listing<Schemas['EventAnswer']> {
    return new Listing((cursor) =>
      answerOf(
        this.http.GET('/v1/tenants/{tenant}/events', {
          params: { path: { tenant }, query: { ...query, cursor } },
        }),
      ),
    );
  }
}

function hops({ hops }: Pick<EmitOptions, 'hops'>): { 'posthorn-hops'?: number } {
  return hops === undefined ? {} : { 'posthorn-hops': hops };
}
