/**
 * Replays thousands of deliveries in the background, a batch in a turn (src/batches.ts); every process runs one of these.
 * Lanes are woken after the commit: a crash just then leaves deliveries that the scheduler's sweep finds.
 *
 * Replayed deliveries wait in the ledger like any others; how fast an endpoint gets them is up to its lane. The rate here
 * keeps a replay from changing half of the ledger at once.
 */
import type { Logger } from 'pino';
import { Batches } from '../batches.js';
import { toPublicId } from '../model/id.js';
import type { Clock } from '../store/clock.js';
import { isDatabaseUnavailable, type Database, type Queryable } from '../store/database.js';
import type { LaneWaker } from '../store/lane-waker.js';
import { replayBatch, type ReplayedBatch } from '../store/replay-batch.js';
import {
  advanceReplay,
  endReplay,
  lockNextReplay,
  tallyNextReplay,
  type ReplayTurn,
} from '../store/replays.js';
import type { Turn } from '../turns.js';
import { recoverBatch, type Matches } from './replay-many-missing.js';

export interface ReplayRunnerOptions {
  database: Database;
  clock: Clock;
  waker: Pick<LaneWaker, 'wake'>;
  matches: Matches;
  log: Logger;
}

/** Deliveries in a batch at most: their rows are locked for one commit. */
const BATCH_MAX = 250;
/** Batches a second that a replay's rate is divided into, where it is large enough. */
const BATCHES_PER_SECOND = 4;

export class ReplayRunner {
  private readonly batches: Batches<ReplayTurn, ReplayedBatch>;

  constructor(private readonly options: ReplayRunnerOptions) {
    const { database, log, waker } = options;
    this.batches = new Batches({
      ...{ database, log, name: 'replay', mayPass: isDatabaseUnavailable },
      fields: (id) => ({ replayId: toPublicId('rpl', id) }),
      lockNext: lockNextReplay,
      work: (transaction, turn) => this.work(transaction, turn),
      committed: ({ endpointIds }) => {
        for (const endpointId of endpointIds) waker.wake(endpointId, 0);
      },
      end: (id, error) => endReplay(database, id, { status: 'failed', error }),
      besides: () => database.transaction(tallyNextReplay),
    });
  }

  start(): void {
    this.batches.start();
  }

  /** There is a new replay. */
  nudge(): void {
    this.batches.nudge();
  }

  /** Resolves after the present batch. */
  async stop(): Promise<void> {
    await this.batches.stop();
  }

  /** One batch of one replay, if there is one whose turn it is. */
  turn(): Promise<Turn> {
    return this.batches.turn();
  }

  private async work(transaction: Queryable, { replay, position }: ReplayTurn): Promise<ReplayedBatch> {
    const startedAt = performance.now();
    const limit = Math.min(BATCH_MAX, Math.ceil(replay.ratePerSecond / BATCHES_PER_SECOND));
    const scope = { filter: replay.filter, replayId: replay.id };
    const batch = replay.missing
      ? await recoverBatch(transaction, this.options, scope, position, limit)
      : await replayBatch(transaction, scope, position, limit);
    const pausedByRateMs = (batch.replayed / replay.ratePerSecond) * 1000;
    await advanceReplay(transaction, replay.id, {
      position: batch.position,
      replayed: batch.replayed,
      // And as long a rest as there was work: walking over rows that do not fit is not free either.
      pauseMs: Math.max(pausedByRateMs, 2 * (performance.now() - startedAt)),
      done: batch.done,
    });
    if (batch.done) this.options.log.info({ replayId: toPublicId('rpl', replay.id) }, 'replay.completed');
    return batch;
  }
}
