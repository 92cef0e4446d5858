/**
 * The hot window's consumer: hands the references of each job to the dispatcher. A job is done when the dispatcher
 * has taken its references in, not when they are delivered: from then on their leases in the ledger answer for them.
 * So a slow receiver never holds a job, and BullMQ's own ideas of stalled jobs and retries never come into play.
 *
 * A worker of BullMQ's directly, where the producer is @nestjs/bullmq's: Nest closes workers without a bound on the
 * time and in an order that cannot be chosen (docs/decisions/0003-queue.md).
 */
import { Worker, type Job } from 'bullmq';
import type { Logger } from 'pino';
import type { DeliveryReference } from '../model/delivery.js';
import { within } from '../within.js';
import { QUEUE_NAME, workerOptions, type QueueSettings } from './backend.js';
import type { ReferenceJob } from './reference-queue.js';

/** Jobs whose references are being loaded at the same time: two keep the database busy while one is sent. */
const CONCURRENCY = 4;

export class ReferenceWorker {
  private readonly worker: Worker<ReferenceJob>;
  /** When a job was last begun: progress, for readiness. */
  private lastProgressAt = performance.now();
  /** When each of the jobs that are being taken in was begun, oldest first. */
  private readonly taking = new Map<object, number>();
  private endedAt: number | undefined;
  private closing = false;

  constructor(
    settings: QueueSettings,
    take: (references: DeliveryReference[]) => Promise<void>,
    log: Logger,
  ) {
    this.worker = new Worker<ReferenceJob>(
      QUEUE_NAME,
      async (job: Job<ReferenceJob>) => {
        this.lastProgressAt = performance.now();
        this.taking.set(job, this.lastProgressAt);
        try {
          await take(
            job.data.references.map(([deliveryId, eventId, epoch]) => ({ deliveryId, eventId, epoch })),
          );
        } finally {
          this.taking.delete(job);
        }
      },
      {
        ...workerOptions(settings),
        autorun: false,
        concurrency: CONCURRENCY,
        // A job that stalled is not run again: whoever had it may still be sending, and the ledger's lease knows better.
        maxStalledCount: 0,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
    );
    this.worker.on('error', (error) => log.debug({ reason: error.message }, 'queue.worker_error'));
    this.worker.on('failed', (_job, error) => log.warn({ reason: error.message }, 'queue.job_failed'));
  }

  get idleMs(): number {
    return performance.now() - this.lastProgressAt;
  }

  /** For how long the oldest of the jobs that are being taken in has been at it. */
  get takingMs(): number {
    const [oldest] = this.taking.values();
    return oldest === undefined ? 0 : performance.now() - oldest;
  }

  /** Since it ended without having been closed, which nothing else would tell while other processes do its work. */
  get endedMs(): number | undefined {
    return this.endedAt === undefined ? undefined : performance.now() - this.endedAt;
  }

  start(): void {
    // Ends when the worker is closed; until then BullMQ reconnects by itself.
    const ended = (): void => {
      if (!this.closing) this.endedAt = performance.now();
    };
    this.worker.run().then(ended, ended);
  }

  /** Takes no more jobs; those that are being taken in are waited for, `graceMs` at most. */
  async close(graceMs: number): Promise<void> {
    this.closing = true;
    await within(graceMs, this.worker.close());
  }
}
