/** The parts that only a process with a dispatcher has, started and stopped together. */
import { Inject, Injectable } from '@nestjs/common';
import { Dispatcher } from '../dispatcher/dispatcher.js';
import { Membership } from '../dispatcher/membership.js';
import { Egress } from '../egress/egress.js';
import { ReferenceQueue } from '../queue/reference-queue.js';
import { ReferenceWorker } from '../queue/reference-worker.js';
import { Scheduler } from '../scheduler/scheduler.js';
import { StallWatch } from '../telemetry/stall-watch.js';
import { within } from '../within.js';

/** How the dispatcher of this process is doing; for readiness and metrics. */
export interface DispatchingVitals {
  inFlight: number;
  inLine: number;
  schedulerIdleMs: number;
  /** For how long there has been work in the queue, and none was taken or completed. */
  stalledMs: number;
  /** For how long a job has been half taken in. */
  takingMs: number;
  /** For how long requests have been open, and none ended. */
  stuckMs: number;
  /** Since the worker that takes jobs ended by itself. */
  workerEndedMs: number | undefined;
}

const WATCH_MS = 1_000;

@Injectable()
export class Dispatching {
  private readonly queueWatch = new StallWatch();
  private readonly attemptWatch = new StallWatch();
  private watching: NodeJS.Timeout | undefined;
  private stalledMs = 0;
  private stuckMs = 0;

  constructor(
    @Inject(Membership) private readonly membership: Membership,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(ReferenceWorker) private readonly worker: ReferenceWorker,
    @Inject(Scheduler) private readonly scheduler: Scheduler,
    @Inject(Egress) private readonly egress: Egress,
    @Inject(ReferenceQueue) private readonly queue: ReferenceQueue,
  ) {}

  async start(): Promise<void> {
    await this.membership.join();
    this.dispatcher.start();
    this.worker.start();
    this.scheduler.start();
    this.watching = setInterval(() => this.watchWork(), WATCH_MS).unref();
  }

  get vitals(): DispatchingVitals {
    const { inFlight, waiting } = this.dispatcher.lanes;
    return {
      inFlight,
      inLine: waiting,
      schedulerIdleMs: this.scheduler.idleMs,
      stalledMs: this.stalledMs,
      takingMs: this.worker.takingMs,
      stuckMs: this.stuckMs,
      workerEndedMs: this.worker.endedMs,
    };
  }

  private watchWork(): void {
    const now = performance.now();
    // Changes with every job that is taken and every attempt that is completed.
    const progress = Math.round(now - this.worker.idleMs) + this.dispatcher.completed;
    this.stalledMs = this.queueWatch.see({ waiting: this.queue.state.waitingJobs, progress }, now);
    const { completed, lanes } = this.dispatcher;
    this.stuckMs = this.attemptWatch.see({ waiting: lanes.inFlight, progress: completed }, now);
  }

  /** `graceMs` is for all of it together. */
  async stop(graceMs: number): Promise<void> {
    clearInterval(this.watching);
    const deadline = performance.now() + graceMs;
    const left = (): number => Math.max(0, deadline - performance.now());
    await within(left(), this.scheduler.stop());
    // The worker first stops taking; what it is just taking in is given back by the dispatcher.
    await Promise.all([this.worker.close(left()), this.dispatcher.stop(left())]);
    await this.membership.leave();
  }

  async close(): Promise<void> {
    await this.egress.close();
  }
}
