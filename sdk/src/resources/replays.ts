/** Doing many deliveries again, in the background: count them first, begin, watch. */
import { answerOf, type Http, type Schemas } from '../http.js';
import { Listing } from '../listing.js';
import type { operations } from '../schema.js';

export type ReplaysQuery = Omit<NonNullable<operations['listReplays']['parameters']['query']>, 'cursor'>;
export type ReplayRequest = Omit<Schemas['CreateReplay'], 'dryRun'>;

export class Replays {
  constructor(
    private readonly http: Http,
    private readonly sleep: (ms: number) => Promise<void>,
  ) {}

  /** How many deliveries it would be now. Replays nothing. */
  async count(request: ReplayRequest): Promise<number> {
    const answer = await answerOf(this.http.POST('/v1/replays', { body: { ...request, dryRun: true } }));
    return (answer as Schemas['ReplayCount']).count;
  }

  async create(request: ReplayRequest): Promise<Schemas['ReplayAnswer']> {
    const answer = await answerOf(this.http.POST('/v1/replays', { body: { ...request, dryRun: false } }));
    return answer as Schemas['ReplayAnswer'];
  }

  get(replay: string): Promise<Schemas['ReplayAnswer']> {
    return answerOf(this.http.GET('/v1/replays/{replay}', { params: { path: { replay } } }));
  }

  list(query: ReplaysQuery = {}): Listing<Schemas['ReplayAnswer']> {
    return new Listing((cursor) =>
      answerOf(this.http.GET('/v1/replays', { params: { query: { ...query, cursor } } })),
    );
  }

  /** What was replayed until now stays so. */
  cancel(replay: string): Promise<Schemas['ReplayAnswer']> {
    return answerOf(this.http.POST('/v1/replays/{replay}/cancel', { params: { path: { replay } } }));
  }

  /** Looks every `pollMs` until nothing is left to be replayed; deliveries may still be under way then. */
  async untilDone(replay: string, pollMs = 1_000): Promise<Schemas['ReplayAnswer']> {
    for (;;) {
      const answer = await this.get(replay);
      if (answer.status !== 'running') return answer;
      await this.sleep(pollMs);
    }
  }
}
