/**
 * A replay that gives an endpoint what it never had: a delivery for each event that matches it as it is now and has none
 * for it. What matches is decided by the one matcher of intake, which the composition root hands in.
 */
import { CannotGoOn } from '../batches.js';
import type { Subscription } from '../model/endpoint.js';
import { newUuid } from '../model/id.js';
import type { Clock } from '../store/clock.js';
import type { Queryable } from '../store/database.js';
import {
  insertRecovered,
  readCandidates,
  readMissingEndpoint,
  type EventCandidate,
  type MissingScope,
} from '../store/missing-events.js';
import type { ReplayedBatch } from '../store/replay-batch.js';

export type Matches = (subscription: Subscription, event: EventCandidate) => boolean;

/** Nothing can be owed to it any more. */
export class EndpointGone extends CannotGoOn {
  constructor() {
    super('The endpoint was deleted.');
  }
}

/** @throws EndpointGone */
export async function recoverBatch(
  transaction: Queryable,
  tools: { clock: Clock; matches: Matches },
  scope: MissingScope,
  position: string | null,
  limit: number,
): Promise<ReplayedBatch> {
  const endpoint = await readMissingEndpoint(transaction, endpointOf(scope), true);
  if (endpoint === undefined) throw new EndpointGone();
  const candidates = await readCandidates(transaction, scope, endpoint, position);
  const matching = candidates.events.filter((event) => tools.matches(endpoint, event));
  const chosen = matching.slice(0, limit);
  await insertRecovered(
    transaction,
    endpoint,
    scope.replayId,
    chosen.map((event) => ({ deliveryId: newUuid(tools.clock.nowMs()), event })),
  );
  const isCut = chosen.length < matching.length;
  return {
    replayed: chosen.length,
    endpointIds: chosen.length > 0 ? [endpoint.endpointId] : [],
    position: isCut ? chosen.at(-1)!.eventId : candidates.position,
    done: candidates.done && !isCut,
  };
}

/**
 * How many deliveries such a replay would make, were it done now; undefined when it could not be known in time.
 * @param deadline on the monotonic clock
 * @throws EndpointGone
 */
export async function countMissing(
  database: Queryable,
  matches: Matches,
  scope: MissingScope,
  deadline: number,
): Promise<number | undefined> {
  const endpoint = await readMissingEndpoint(database, endpointOf(scope), false);
  if (endpoint === undefined) throw new EndpointGone();
  let count = 0;
  for (let position: string | null = null; performance.now() < deadline;) {
    const candidates = await readCandidates(database, scope, endpoint, position);
    count += candidates.events.filter((event) => matches(endpoint, event)).length;
    if (candidates.done) return count;
    position = candidates.position;
  }
  return undefined;
}

function endpointOf({ filter }: MissingScope): string {
  if (filter.endpointId === undefined) throw new Error('a replay of missing events names no endpoint');
  return filter.endpointId;
}
