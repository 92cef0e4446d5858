/**
 * A long piece of work of the ledger's, a batch at a time, shared by all processes: a replay of thousands, a broadcast.
 *
 *   turn: lock a piece whose turn it is ─▶ one batch of it ─▶ move its `position` ─▶ commit
 *
 * A turn is one transaction, and holds the piece's row from beginning to end. Two processes never do the same batch,
 * pieces share the processes fairly, and there is no lease to run out: a crash before the commit leaves the batch
 * undone and the row free. A batch that fails again and again will not mend itself: its piece ends as failed.
 */
import type { Logger } from 'pino';
import type { Database, Queryable } from './store/database.js';
import { TURN_POLL_MS, Turns, type Turn } from './turns.js';

/** A piece whose turn it is, or is next. */
export interface Taken {
  id: string;
  /** Until the next batch may begin; 0: now. */
  dueInMs: number;
}

export interface BatchesOptions<Piece extends Taken, Result> {
  database: Database;
  log: Logger;
  /** The work's name in the log; its entries are `<name>.batch_failed` and `<name>.turn_failed`. */
  name: string;
  /** The piece as the log calls it. */
  fields: (id: string) => object;
  /** Locks it; `undefined`: there is none that nobody else is working on. */
  lockNext: (transaction: Queryable) => Promise<Piece | undefined>;
  /** One batch, in the transaction. */
  work: (transaction: Queryable, piece: Piece) => Promise<Result>;
  committed?: (result: Result) => void;
  /** Ends the piece as failed. */
  end: (id: string, error: string) => Promise<unknown>;
  /** Nobody's fault and soon over, such as a database that is away: never counted. */
  mayPass: (error: unknown) => boolean;
  /** Something else to do in each turn; answers whether there was any. */
  besides?: () => Promise<boolean>;
}

/** The piece cannot go on, and its owner is told why. */
export class CannotGoOn extends Error {}

/** A batch that fails for its own reasons is tried again so often before its piece is given up. */
const FAILURES_MAX = 5;
const RETRY_AFTER_FAILURE_MS = 1_000;

export class Batches<Piece extends Taken, Result> {
  private readonly turns: Turns;
  /** In a row, by piece. */
  private readonly failures = new Map<string, number>();

  constructor(private readonly options: BatchesOptions<Piece, Result>) {
    this.turns = new Turns({
      turn: () => this.turnAndBesides(),
      failed: (error) => {
        const level = options.mayPass(error) ? 'debug' : 'error';
        options.log[level]({ reason: error.message }, `${options.name}.turn_failed`);
      },
    });
  }

  start(): void {
    this.turns.start();
  }

  /** There is a new piece. */
  nudge(): void {
    this.turns.nudge();
  }

  /** Resolves after the present batch. */
  async stop(): Promise<void> {
    await this.turns.stop();
  }

  /** One batch of one piece, if there is one whose turn it is. */
  async turn(): Promise<Turn> {
    const { database, lockNext, work, committed, mayPass } = this.options;
    let taken: Piece | undefined;
    try {
      const done = await database.transaction(async (transaction) => {
        taken = await lockNext(transaction);
        if (taken === undefined || taken.dueInMs > 0) return undefined;
        return { result: await work(transaction, taken) };
      });
      if (done === undefined) return { kind: 'idle', forMs: taken?.dueInMs ?? TURN_POLL_MS };
      committed?.(done.result);
      this.failures.delete(taken!.id);
      return { kind: 'worked' };
    } catch (error) {
      if (taken === undefined || mayPass(error)) throw error;
      await this.handleFailure(taken.id, error as Error);
      return { kind: 'idle', forMs: RETRY_AFTER_FAILURE_MS };
    }
  }

  private async turnAndBesides(): Promise<Turn> {
    const didMore = await this.options.besides?.();
    const turn = await this.turn();
    return didMore === true ? { kind: 'worked' } : turn;
  }

  /** The batch was rolled back. */
  private async handleFailure(id: string, error: Error): Promise<void> {
    const { log, name, fields, end } = this.options;
    const failures = (this.failures.get(id) ?? 0) + 1;
    this.failures.set(id, failures);
    const expected = error instanceof CannotGoOn;
    const isOurs = failures >= FAILURES_MAX && !expected;
    log[isOurs ? 'error' : 'warn'](
      { ...fields(id), failures, reason: error.message },
      `${name}.batch_failed`,
    );
    if (!expected && !isOurs) return;
    this.failures.delete(id);
    await end(id, expected ? error.message : 'A fault of ours; the log has more.');
  }
}
