/**
 * Replays thousands of deliveries in the background; every process runs one of these.
 *
 *   turn: lock a running replay whose rate allows a batch ─▶ replay the batch ─▶ move `position` ─▶ commit ─▶ wake lanes
 *
 * A turn is one transaction, and holds the replay's row from beginning to end. Two processes never do the same batch,
 * any number of replays share the processes fairly, and there is no lease to run out: a crash before the commit leaves
 * the batch undone and the row free, one after it leaves deliveries that the scheduler's sweep finds.
 *
 * Replayed deliveries wait in the ledger like any others; how fast an endpoint gets them is up to its lane. The rate here
 * keeps a replay from changing half of the ledger at once.
 */
import type { Logger } from 'pino';
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
import { TURN_POLL_MS, Turns, type Turn } from '../turns.js';
import { EndpointGone, recoverBatch, type Matches } from './replay-many-missing.js';

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
/** A batch that fails for its own reasons is tried again so often before the replay is given up. */
const FAILURES_MAX = 5;
const RETRY_AFTER_FAILURE_MS = 1_000;

export class ReplayRunner {
  private readonly turns: Turns;
  /** Batches in a row that failed, by replay. */
  private readonly failures = new Map<string, number>();

  constructor(private readonly options: ReplayRunnerOptions) {
    this.turns = new Turns({
      turn: () => this.tallyAndTurn(),
      failed: (error) => {
        const level = isDatabaseUnavailable(error) ? 'debug' : 'error';
        options.log[level]({ reason: error.message }, 'replay.turn_failed');
      },
    });
  }

  start(): void {
    this.turns.start();
  }

  /** There is a new replay. */
  nudge(): void {
    this.turns.nudge();
  }

  /** Resolves after the present batch. */
  async stop(): Promise<void> {
    await this.turns.stop();
  }

  private async tallyAndTurn(): Promise<Turn> {
    const tallied = await this.options.database.transaction(tallyNextReplay);
    const turn = await this.turn();
    return tallied ? { kind: 'worked' } : turn;
  }

  /** One batch of one replay, if there is one whose turn it is. */
  async turn(): Promise<Turn> {
    const { database, waker } = this.options;
    let taken: ReplayTurn | undefined;
    try {
      const batch = await database.transaction(async (transaction) => {
        taken = await lockNextReplay(transaction);
        return taken === undefined || taken.dueInMs > 0 ? undefined : this.work(transaction, taken);
      });
      if (batch === undefined) return { kind: 'idle', forMs: taken?.dueInMs ?? TURN_POLL_MS };
      for (const endpointId of batch.endpointIds) waker.wake(endpointId, 0);
      this.failures.delete(taken!.replay.id);
      return { kind: 'worked' };
    } catch (error) {
      if (taken === undefined || isDatabaseUnavailable(error)) throw error;
      await this.handleFailure(taken.replay.id, error as Error);
      return { kind: 'idle', forMs: RETRY_AFTER_FAILURE_MS };
    }
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

  /** The batch was rolled back. What fails again and again will not mend itself. */
  private async handleFailure(replayId: string, error: Error): Promise<void> {
    const failures = (this.failures.get(replayId) ?? 0) + 1;
    this.failures.set(replayId, failures);
    const isFinal = error instanceof EndpointGone || failures >= FAILURES_MAX;
    this.options.log[isFinal && !(error instanceof EndpointGone) ? 'error' : 'warn'](
      { replayId: toPublicId('rpl', replayId), failures, reason: error.message },
      'replay.batch_failed',
    );
    if (!isFinal) return;
    this.failures.delete(replayId);
    await endReplay(this.options.database, replayId, {
      status: 'failed',
      error: error instanceof EndpointGone ? error.message : 'A fault of ours; the log has more.',
    });
  }
}
