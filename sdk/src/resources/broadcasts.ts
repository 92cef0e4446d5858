/** One event for many tenants, emitted in the background: ask for it, watch it, stop it. */
import { answerOf, type Http, type Schemas } from '../http.js';
import { Listing } from '../listing.js';
import type { operations } from '../schema.js';

export type BroadcastsQuery = Omit<
  NonNullable<operations['listBroadcasts']['parameters']['query']>,
  'cursor'
>;

export class Broadcasts {
  constructor(
    private readonly http: Http,
    private readonly sleep: (ms: number) => Promise<void>,
  ) {}

  /** As with `emit`, a key of your own also covers a program that crashes and asks again. */
  create(
    broadcast: Schemas['CreateBroadcast'],
    options: { idempotencyKey?: string } = {},
  ): Promise<Schemas['BroadcastAnswer']> {
    const key = options.idempotencyKey ?? crypto.randomUUID();
    return answerOf(
      this.http.POST('/v1/broadcasts', { params: { header: { 'Idempotency-Key': key } }, body: broadcast }),
    );
  }

  get(broadcast: string): Promise<Schemas['BroadcastAnswer']> {
    return answerOf(this.http.GET('/v1/broadcasts/{broadcast}', { params: { path: { broadcast } } }));
  }

  list(query: BroadcastsQuery = {}): Listing<Schemas['BroadcastAnswer']> {
    return new Listing((cursor) =>
      answerOf(this.http.GET('/v1/broadcasts', { params: { query: { ...query, cursor } } })),
    );
  }

  /** What was emitted until now is delivered. */
  cancel(broadcast: string): Promise<Schemas['BroadcastAnswer']> {
    return answerOf(this.http.POST('/v1/broadcasts/{broadcast}/cancel', { params: { path: { broadcast } } }));
  }

  /** Looks every `pollMs` until every tenant was looked at, or it was given up. */
  async untilDone(broadcast: string, pollMs = 1_000): Promise<Schemas['BroadcastAnswer']> {
    for (;;) {
      const answer = await this.get(broadcast);
      if (answer.status !== 'running') return answer;
      await this.sleep(pollMs);
    }
  }
}
