/**
 * Sees to it that what happened is written down: attempts are group-committed, and a database that is away is waited
 * for, since the request was made and forgetting it would send it again. An attempt that Postgres refuses to store
 * is stored without what the receiver said; failing even that, its delivery is set aside with a reason, and the
 * attempts around it go on.
 */
import type { Logger } from 'pino';
import { isDatabaseUnavailable, type Database } from '../store/database.js';
import { GroupCommit } from '../store/group-commit.js';
import { setAside } from '../store/leases.js';
import { recordAttempts, type AttemptRecord } from '../store/record-attempts.js';

const WAIT_MS_MIN = 100;
const WAIT_MS_MAX = 2_000;

export class Recorder {
  private readonly group: GroupCommit<AttemptRecord, boolean>;
  private stopping = false;

  constructor(
    private readonly database: Database,
    private readonly log: Logger,
    observe?: (items: number, waitedMs: number, tookMs: number) => void,
  ) {
    this.group = new GroupCommit({
      itemsMax: 200,
      groupsMax: 2,
      waitingMax: 100_000, // bounded above by the slots and lines of the dispatcher
      overflow: () => new Error('too many attempts wait to be recorded'),
      isFatal: isDatabaseUnavailable,
      commit: async (records) => {
        const applied = await recordAttempts(this.database, records);
        return records.map((record) => applied.has(record.deliveryId));
      },
      ...(observe && { observe }),
    });
  }

  /** Resolves once the attempt is in the log; true when it still decided its delivery, false when it was overtaken. */
  async record(record: AttemptRecord): Promise<boolean> {
    try {
      return await this.untilAvailable(() => this.group.submit(record));
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error; // we are stopping
      return this.recordBare(record, error as Error);
    }
  }

  /** From here on a database that is away is not waited for. */
  stop(): void {
    this.stopping = true;
  }

  private async recordBare(record: AttemptRecord, cause: Error): Promise<boolean> {
    this.log.error({ deliveryId: record.deliveryId, reason: cause.message }, 'attempt.record_refused');
    const bare = {
      ...record,
      responseHeaders: null,
      responseBody: null,
      errorMessage: null,
      requestHeaders: '{}',
    };
    try {
      const applied = await this.untilAvailable(() => recordAttempts(this.database, [bare]));
      return applied.has(record.deliveryId);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      const { message } = error as Error;
      this.log.error({ deliveryId: record.deliveryId, reason: message }, 'delivery.set_aside');
      await this.untilAvailable(() => setAside(this.database, [record], 'record_failed'));
      return false;
    }
  }

  /** Rejects with the database's absence only when we are stopping: the lease runs out and the delivery is sent again. */
  private async untilAvailable<T>(write: () => Promise<T>): Promise<T> {
    for (let waitMs = WAIT_MS_MIN; ; waitMs = Math.min(waitMs * 2, WAIT_MS_MAX)) {
      try {
        return await write();
      } catch (error) {
        if (this.stopping || !isDatabaseUnavailable(error)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
