/**
 * The hot window's producer. Takes references to leased deliveries and puts them into BullMQ, many to a job when
 * many come at once (a job costs Redis and Postgres the same with one reference as with a hundred).
 *
 * Nothing here is precious. A reference that cannot be enqueued is counted and given back to the ledger; were that to
 * fail too, its lease would end and the scheduler take it up again. What must not happen is that the window grows
 * without bound or that emits pile up behind a queue that is away: there is no `room` then, and deliveries
 * stay in the ledger.
 */
import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import type { DeliveryReference } from '../model/delivery.js';
import { inTime } from '../within.js';

/** [delivery, event, epoch]: names would double the size of a job. */
export type PackedReference = [string, string, number];

export interface ReferenceJob {
  references: PackedReference[];
}

/** References in a job at most: beyond a hundred the saving is spent, and a worker's first send waits for the last load. */
export const JOB_REFERENCES_MAX = 128;
/** Jobs that are handed to the backend together. */
const BATCH_JOBS_MAX = 32;
/**
 * The window is full at this many waiting jobs: a few seconds of work at full speed, well inside the shortest lease, so
 * that a reference is not taken for lost while it waits its turn.
 */
const WAITING_JOBS_MAX = 400;
/**
 * A backlog fills it up to so many references, less than a second's work: what is emitted meanwhile does not stand behind
 * all that waits elsewhere.
 */
const WAITING_BACKLOG_MAX = 2_048;
/** The part of a new job in the average that tells how many references the waiting jobs hold. */
const NEWEST_PART = 0.1;
const POLL_INTERVAL_MS = 250;
/** References that wait for an enqueue at most; a second's worth. More are left to their leases. */
const PENDING_MAX = 20_000;
/**
 * After an enqueue of a few references the producer rests for so many times as long as that took: what is emitted meanwhile
 * shares the next job. At 300 events a second the queue on PostgreSQL is otherwise a third of what an event costs
 * (docs/performance.md).
 */
const REST_PER_ENQUEUE = 3;
const FEW_REFERENCES = 16;
const REST_MS_MAX = 20;
/**
 * How long the window stays shut after an enqueue that failed. A Redis out of memory can be read all the while, so that
 * only the next enqueue tells whether it takes any again.
 */
const SHUT_MS = 1_000;
/** An answer that does not come is as good as none: BullMQ waits without end for a queue that was never there. */
const MEASURE_MS_MAX = 5_000;

export class ReferenceQueue {
  private pending: DeliveryReference[] = [];
  private flushing: Promise<void> | undefined;
  private reachable = true;
  private shutUntil = 0;
  private giveBack: ((references: DeliveryReference[]) => void) | undefined;
  private waitingJobs = 0;
  /** Of those jobs; told from their number and how full jobs are lately, since only jobs can be counted. */
  private waiting = 0;
  private referencesPerJob = 1;
  private poll: NodeJS.Timeout | undefined;
  private dropped = 0;

  constructor(
    private readonly queue: Queue<ReferenceJob>,
    private readonly log: Logger,
  ) {
    // Without a listener a lost connection would end the process.
    queue.on('error', (error) => this.markUnreachable(error));
  }

  /** @param giveBack takes what could not be enqueued, so that it need not wait for its lease to end */
  start(giveBack?: (references: DeliveryReference[]) => void): void {
    this.giveBack = giveBack;
    const tick = async (): Promise<void> => {
      await this.measure();
      this.poll = setTimeout(() => void tick(), POLL_INTERVAL_MS).unref();
    };
    void tick();
  }

  /** How many references the window takes of what is just emitted; 0 while it is full or cannot be reached. */
  get room(): number {
    const whole = Math.max(0, WAITING_JOBS_MAX - this.waitingJobs) * JOB_REFERENCES_MAX;
    return this.open ? Math.max(0, whole - this.pending.length) : 0;
  }

  /** The same for what comes by the hundred: from the ledger, or an event for many endpoints. */
  get backlogRoom(): number {
    return this.open ? Math.max(0, WAITING_BACKLOG_MAX - this.waiting - this.pending.length) : 0;
  }

  /** For metrics and readiness. */
  get state(): { reachable: boolean; waitingJobs: number; dropped: number } {
    return { reachable: this.reachable, waitingJobs: this.waitingJobs, dropped: this.dropped };
  }

  enqueue(references: DeliveryReference[]): void {
    for (const reference of references) this.pending.push(reference);
    this.flushing ??= this.flush();
  }

  /** Stops polling; what is pending is flushed first if the queue still answers. */
  async close(): Promise<void> {
    clearTimeout(this.poll);
    await this.flushing;
  }

  private async flush(): Promise<void> {
    // One turn of the event loop lets everything that was committed together go into the same jobs.
    await new Promise(setImmediate);
    while (this.pending.length > 0) {
      const batch = this.pending.splice(0, JOB_REFERENCES_MAX * BATCH_JOBS_MAX);
      this.count(batch.length);
      const startedAt = performance.now();
      try {
        // Not addBulk: on PostgreSQL it makes two temporary tables with every call, which takes twenty times as long.
        await Promise.all(toJobs(batch).map(({ name, data, opts }) => this.queue.add(name, data, opts)));
        if (batch.length < FEW_REFERENCES) await rest(performance.now() - startedAt);
      } catch (error) {
        this.dropped += batch.length;
        this.shutUntil = performance.now() + SHUT_MS;
        this.markUnreachable(error as Error);
        // Some may be in the queue nevertheless: given back, they are no longer leased, and are dropped when loaded.
        this.giveBack?.(batch);
      }
    }
    this.flushing = undefined;
  }

  private get open(): boolean {
    return this.reachable && this.pending.length < PENDING_MAX && performance.now() >= this.shutUntil;
  }

  private count(references: number): void {
    const jobs = Math.ceil(references / JOB_REFERENCES_MAX);
    this.waitingJobs += jobs;
    this.waiting += references;
    this.referencesPerJob += (references / jobs - this.referencesPerJob) * NEWEST_PART;
  }

  private async measure(): Promise<void> {
    try {
      this.waitingJobs = await inTime(MEASURE_MS_MAX, this.queue.getWaitingCount(), () => {
        throw new Error('the queue does not answer');
      });
      this.waiting = Math.round(this.waitingJobs * this.referencesPerJob);
      if (!this.reachable) this.log.info('queue.reachable');
      this.reachable = true;
    } catch (error) {
      this.markUnreachable(error as Error);
    }
  }

  private markUnreachable(error: Error): void {
    if (this.reachable) this.log.warn({ reason: error.message }, 'queue.unreachable');
    this.reachable = false;
  }
}

function rest(enqueueMs: number): Promise<void> {
  const ms = Math.min(enqueueMs * REST_PER_ENQUEUE, REST_MS_MAX);
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function toJobs(references: DeliveryReference[]) {
  const jobs = [];
  for (let start = 0; start < references.length; start += JOB_REFERENCES_MAX) {
    const packed = references
      .slice(start, start + JOB_REFERENCES_MAX)
      .map((reference): PackedReference => [reference.deliveryId, reference.eventId, reference.epoch]);
    jobs.push({ name: 'references', data: { references: packed }, opts: JOB_OPTIONS });
  }
  return jobs;
}

/** `attempts: 1`: the word means an HTTP request here, and BullMQ makes none. A job leaves no trace behind it. */
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };
