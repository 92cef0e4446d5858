/** What is owed to endpoints, each attempt at it, and doing one again. For many at once there are replays. */
import { answerOf, type Http, type Schemas } from '../http.js';
import { Listing } from '../listing.js';
import type { operations } from '../schema.js';

export type DeliveriesQuery = Omit<
  NonNullable<operations['listDeliveries']['parameters']['query']>,
  'cursor'
>;

export class Deliveries {
  constructor(private readonly http: Http) {}

  /** Newest first. */
  list(query: DeliveriesQuery = {}): Listing<Schemas['DeliveryAnswer']> {
    return new Listing((cursor) =>
      answerOf(this.http.GET('/v1/deliveries', { params: { query: { ...query, cursor } } })),
    );
  }

  get(delivery: string): Promise<Schemas['DeliveryDetailsAnswer']> {
    return answerOf(this.http.GET('/v1/deliveries/{delivery}', { params: { path: { delivery } } }));
  }

  /** What was sent and what came back, each time. */
  attempts(delivery: string): Listing<Schemas['AttemptAnswer']> {
    return new Listing((cursor) =>
      answerOf(
        this.http.GET('/v1/deliveries/{delivery}/attempts', {
          params: { path: { delivery }, query: { cursor } },
        }),
      ),
    );
  }

  /** @throws RefusedError `delivery_not_replayable`: it is pending already, for instance by an earlier replay */
  replay(delivery: string): Promise<Schemas['DeliveryAnswer']> {
    return answerOf(this.http.POST('/v1/deliveries/{delivery}/replay', { params: { path: { delivery } } }));
  }

  cancel(delivery: string): Promise<Schemas['DeliveryAnswer']> {
    return answerOf(this.http.POST('/v1/deliveries/{delivery}/cancel', { params: { path: { delivery } } }));
  }
}
