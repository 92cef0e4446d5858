/**
 * Lets go of what is old, in an order in which nothing is lost silently and nothing is left that points nowhere:
 *
 *   1. what is still owed of a day that has had its time is failed as `expired`, and said in the log; a day before it
 *      goes, so that it can still be seen and replayed
 *   2. idempotency keys go before their events
 *   3. days leave their tables when nothing in them is pending: what was scheduled for later keeps its day until it is
 *      sent, or has failed
 *   4. detached days are exported, if that is asked for, and dropped
 *   5. what is not cut by day: the audit log, ended replays and broadcasts, sessions that were signed out of and have expired,
 *      deleted endpoints, and deleted tenants when nothing of theirs is left
 *
 * Every step can be broken off and begun again, even by two processes at once. A day that cannot go now (its table is busy, a
 * delivery of it is being sent, the export's disk is full) does not keep the others.
 */
import type { Logger } from 'pino';
import { toPublicId } from '../model/id.js';
import type { Database } from '../store/database.js';
import {
  deleteAuditBefore,
  deleteBroadcastsBefore,
  deleteEndedSessionsBefore,
  deleteIdempotencyKeys,
  deleteReplaysBefore,
  purgeEndpointsDeletedBefore,
} from '../store/expiry.js';
import { DAY_MS, listPartitions, type Partition, type PartitionedTable } from '../store/partitions.js';
import {
  detachPartition,
  dropDetached,
  expireBatch,
  expireOrphansBatch,
  type ExpiredDeliveries,
} from '../store/retention.js';
import { purgeTenantsDeletedBefore } from '../store/tenant-purge.js';
import { exportDay, exportTarget } from './export-day.js';
import type { ExportTarget } from './export-target.js';
import type { RetentionPolicy } from './retention-policy.js';

export interface RetentionOptions {
  database: Database;
  policy: RetentionPolicy;
  nowMs: () => number;
  log: Logger;
  /** Told of what was failed and dropped; for metrics and operational events. */
  expired?: (deliveries: ExpiredDeliveries) => void;
  dropped?: (table: PartitionedTable) => void;
}

export class Retention {
  /** Days whose keys are gone, so that they are not gone through every hour. */
  private readonly keysDeleted = new Set<number>();

  private readonly exports: ExportTarget | undefined;

  constructor(private readonly options: RetentionOptions) {
    this.exports = exportTarget(options.policy);
  }

  /** @throws AggregateError of what failed, after everything else was done */
  async run(): Promise<void> {
    const failures: Error[] = [];
    const attempt = async (step: () => Promise<unknown>): Promise<void> => {
      await step().catch((error: Error) => failures.push(error));
    };
    const partitions = await listPartitions(this.options.database);
    for (const partition of partitions) await attempt(() => this.expire(partition));
    for (const partition of partitions) await attempt(() => this.deleteKeys(partition));
    for (const partition of partitions) await attempt(() => this.detach(partition));
    const detached = (await listPartitions(this.options.database)).filter(({ attached }) => !attached);
    for (const partition of detached) await attempt(() => this.exportAndDrop(partition));
    await attempt(() => this.deleteRows());
    if (failures.length > 0)
      throw new AggregateError(failures, failures.map((error) => error.message).join('; '));
  }

  private async expire(partition: Partition): Promise<void> {
    const { database, policy } = this.options;
    if (
      partition.table !== 'deliveries' ||
      !partition.attached ||
      !this.isOver(partition, policy.lifetimeDays)
    )
      return;
    await this.expireAll(partition, () => expireBatch(database, partition, this.scheduledBefore()));
  }

  private async expireAll(partition: Partition, batch: () => Promise<ExpiredDeliveries[]>): Promise<void> {
    for (let expired = await batch(); expired.length > 0; expired = await batch()) {
      for (const { endpointId, tenantId, deliveries } of expired) {
        this.options.log.warn(
          {
            endpointId: toPublicId('ep', endpointId),
            tenantId: toPublicId('ten', tenantId),
            day: dayOf(partition),
            deliveries,
          },
          'delivery.expired',
        );
        this.options.expired?.({ endpointId, tenantId, deliveries });
      }
    }
  }

  private async deleteKeys(partition: Partition): Promise<void> {
    const { database, policy } = this.options;
    if (partition.table !== 'events' || !this.isOver(partition, policy.idempotencyDays)) return;
    if (this.keysDeleted.has(partition.dayMs)) return;
    await deleteIdempotencyKeys(database, partition.dayMs);
    this.keysDeleted.add(partition.dayMs);
  }

  private async detach(partition: Partition): Promise<void> {
    const { database, log } = this.options;
    if (!partition.attached || !this.isDue(partition)) return;
    if (partition.table === 'events') {
      await this.expireAll(partition, () =>
        expireOrphansBatch(database, partition.dayMs, this.scheduledBefore()),
      );
      if (!this.keysDeleted.has(partition.dayMs)) return; // that failed just now; the next run tries both again
    }
    const detached = await detachPartition(database, partition);
    if (detached !== 'detached')
      log.warn({ partition: partition.name, reason: detached }, 'retention.postponed');
  }

  private async exportAndDrop(partition: Partition): Promise<void> {
    const { database, log, dropped } = this.options;
    // A table that somebody has detached by hand, of a day that is not over, is theirs.
    if (!this.isDue(partition)) return;
    const startedAt = performance.now();
    const exported = this.exports && (await exportDay(database, partition, this.exports));
    await dropDetached(database, partition);
    dropped?.(partition.table);
    const tookMs = Math.round(performance.now() - startedAt);
    log.info({ partition: partition.name, ...exported, tookMs }, 'retention.dropped');
  }

  private async deleteRows(): Promise<void> {
    const { database, policy, nowMs, log } = this.options;
    const before = (days: number): number => nowMs() - days * DAY_MS;
    await deleteAuditBefore(database, before(policy.auditDays));
    await deleteReplaysBefore(database, before(policy.deliveriesDays));
    await deleteBroadcastsBefore(database, before(policy.eventsDays));
    await deleteEndedSessionsBefore(database, nowMs());
    // A day more than what may name them.
    const logDays = Math.max(policy.deliveriesDays, policy.attemptsDays);
    const endpoints = await purgeEndpointsDeletedBefore(database, before(logDays + 1));
    const tenants = await purgeTenantsDeletedBefore(
      database,
      before(Math.max(logDays, policy.eventsDays) + 1),
    );
    if (endpoints + tenants > 0) log.info({ endpoints, tenants }, 'retention.purged');
  }

  private scheduledBefore(): Date {
    return new Date(this.options.nowMs() - this.options.policy.scheduledLifetimeDays * DAY_MS);
  }

  private isDue(partition: Partition): boolean {
    const { policy } = this.options;
    const days = {
      events: policy.eventsDays,
      deliveries: policy.deliveriesDays,
      attempts: policy.attemptsDays,
    };
    return this.isOver(partition, days[partition.table]);
  }

  /** Whether even the last row of the day is older than `days`. */
  private isOver(partition: Partition, days: number): boolean {
    return partition.dayMs + DAY_MS <= this.options.nowMs() - days * DAY_MS;
  }
}

function dayOf(partition: Partition): string {
  return new Date(partition.dayMs).toISOString().slice(0, 10);
}
