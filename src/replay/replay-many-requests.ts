/**
 * What people ask of replays of many deliveries: how many would it be, do it, stop it. Doing it is left to the runners
 * (replay-many.ts); here it is only written down, together with its audit record.
 *
 * Nothing is begun whose size is not known: a filter that cannot be counted in time cannot be replayed either, and is
 * refused with the advice to narrow it. The alternative, counting while it runs, would let a slip of the hand replay
 * everything that was ever delivered before anybody sees a number.
 */
import { PosthornError } from '../errors.js';
import { newUuid, toPublicId } from '../model/id.js';
import { recordAudit, type AuditSource } from '../store/audit.js';
import type { Clock } from '../store/clock.js';
import type { Database, Queryable } from '../store/database.js';
import type { DeliveryFilter } from '../store/delivery-filter.js';
import { countReplayable } from '../store/replay-batch.js';
import { endReplay, findReplay, insertReplay, type Replay } from '../store/replays.js';
import { countMissing, EndpointGone, type Matches } from './replay-many-missing.js';

export interface ReplayRequest {
  filter: DeliveryFilter;
  missing: boolean;
  ratePerSecond: number;
  /** Whose deliveries alone the filter can match; undefined: everybody's. */
  tenantId: string | undefined;
}

export interface ReplayRequestsOptions {
  database: Database;
  /** Counts are made here, apart from the hot path's connections; its statement timeout bounds them. */
  reading: Queryable;
  clock: Clock;
  matches: Matches;
  /** Tells this process's runner. */
  nudge: () => void;
  /** How long a count of many statements may take. */
  countMsMax: number;
}

/** SQLSTATE of a statement that ran into its timeout. */
const QUERY_CANCELED = '57014';

export class ReplayRequests {
  constructor(private readonly options: ReplayRequestsOptions) {}

  /** How many deliveries there are to replay now. @throws PosthornError `replay_too_wide`, `endpoint_not_found` */
  count(request: ReplayRequest): Promise<number> {
    return this.countFor(newUuid(this.options.clock.nowMs()), request);
  }

  /** Accepts it; it is begun at once. @throws PosthornError `replay_too_wide`, `endpoint_not_found` */
  async start(request: ReplayRequest, source: AuditSource): Promise<Replay> {
    const { database, clock, nudge } = this.options;
    const id = newUuid(clock.nowMs());
    const total = await this.countFor(id, request);
    const replay = await database.transaction(async (transaction) => {
      const started = await insertReplay(transaction, {
        id,
        tenantId: request.tenantId ?? null,
        filter: request.filter,
        missing: request.missing,
        ratePerSecond: request.ratePerSecond,
        total,
        createdBy: source.actor.id ?? source.actor.kind,
      });
      await this.audit(transaction, 'replay.created', started, source);
      return started;
    });
    nudge();
    return replay;
  }

  /** What was replayed until now stays so. @throws PosthornError `replay_not_found`, `replay_not_running` */
  async cancel(replayId: string, tenantId: string | undefined, source: AuditSource): Promise<Replay> {
    return this.options.database.transaction(async (transaction) => {
      const ended = await endReplay(transaction, replayId, { status: 'canceled' }, tenantId);
      const replay = await findReplay(transaction, replayId, tenantId);
      if (replay === undefined) throw new PosthornError('replay_not_found');
      if (!ended) throw new PosthornError('replay_not_running');
      await this.audit(transaction, 'replay.canceled', replay, source);
      return replay;
    });
  }

  private async countFor(replayId: string, { filter, missing }: ReplayRequest): Promise<number> {
    const { reading, matches, countMsMax } = this.options;
    const scope = { filter, replayId };
    try {
      const count = missing
        ? await countMissing(reading, matches, scope, performance.now() + countMsMax)
        : await countReplayable(reading, scope);
      if (count !== undefined) return count;
    } catch (error) {
      if (error instanceof EndpointGone) throw new PosthornError('endpoint_not_found');
      if ((error as { code?: unknown }).code !== QUERY_CANCELED) throw error;
    }
    throw new PosthornError('replay_too_wide');
  }

  private audit(
    transaction: Queryable,
    action: string,
    { id, tenantId, filter, missing, total, ratePerSecond }: Replay,
    source: AuditSource,
  ): Promise<void> {
    return recordAudit(transaction, this.options.clock, {
      ...source,
      action,
      tenantId,
      targetId: toPublicId('rpl', id),
      // The filter itself stays with the replay: what was searched for may be part of a payload.
      details: { conditions: Object.keys(filter), missing, total, ratePerSecond },
    });
  }
}
