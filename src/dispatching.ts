/** The parts that only a process with a dispatcher has, started and stopped together. */
import { Inject, Injectable } from '@nestjs/common';
import { Dispatcher } from './dispatcher/dispatcher.js';
import { Membership } from './dispatcher/membership.js';
import { Egress } from './egress/egress.js';
import { ReferenceWorker } from './queue/reference-worker.js';
import { Scheduler } from './scheduler/scheduler.js';
import { within } from './within.js';

@Injectable()
export class Dispatching {
  constructor(
    @Inject(Membership) private readonly membership: Membership,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(ReferenceWorker) private readonly worker: ReferenceWorker,
    @Inject(Scheduler) private readonly scheduler: Scheduler,
    @Inject(Egress) private readonly egress: Egress,
  ) {}

  async start(): Promise<void> {
    await this.membership.join();
    this.dispatcher.start();
    this.worker.start();
    this.scheduler.start();
  }

  /** `graceMs` is for all of it together. */
  async stop(graceMs: number): Promise<void> {
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
