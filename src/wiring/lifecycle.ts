/**
 * Starts and stops what runs in the background, in the one order that is right. Nest would do it module by module, and
 * could close the database before the attempts in flight are recorded.
 *
 * Start: clock, queue, membership, dispatcher, worker, scheduler. Stop: no new work first (scheduler, worker), then
 * what is under way (dispatcher: hand back, wait; emits: drain), then what they needed (waker, queue, database).
 */
import {
  Inject,
  Injectable,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { BroadcastRunner } from '../broadcast/broadcast-runner.js';
import { SETTINGS, type Settings } from '../config.js';
import { Emitter } from '../intake/emitter.js';
import { OperationalEvents } from '../intake/operational-events.js';
import { PickUp } from '../listen/pick-up.js';
import type { DeliveryReference } from '../model/delivery.js';
import { RequestRateLimiter } from '../queue/rate-limiter.js';
import { ReferenceQueue } from '../queue/reference-queue.js';
import { ReplayRunner } from '../replay/replay-many.js';
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import { LaneWaker } from '../store/lane-waker.js';
import { handBack } from '../store/leases.js';
import { Transformer } from '../transformation/transformer.js';
import { Upkeep } from '../upkeep/upkeep.js';
import { log } from '../telemetry/log.js';
import type { Tracing } from '../telemetry/tracing.js';
import { within } from '../within.js';
import { Dispatching } from './dispatching.js';
import { UPKEEP_DATABASE } from './foundation.module.js';
import { TRACING } from './telemetry.module.js';

@Injectable()
export class Lifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(Database) private readonly database: Database,
    @Inject(DatabaseClock) private readonly clock: DatabaseClock,
    @Inject(ReferenceQueue) private readonly queue: ReferenceQueue,
    @Inject(LaneWaker) private readonly waker: LaneWaker,
    @Inject(Emitter) private readonly emitter: Emitter,
    @Inject(OperationalEvents) private readonly news: OperationalEvents,
    @Inject(ReplayRunner) private readonly replays: ReplayRunner,
    @Inject(BroadcastRunner) private readonly broadcasts: BroadcastRunner,
    @Inject(PickUp) private readonly pickUp: PickUp,
    @Inject(RequestRateLimiter) private readonly rateLimiter: RequestRateLimiter,
    @Inject(Upkeep) private readonly upkeep: Upkeep,
    @Inject(Transformer) private readonly transformer: Transformer,
    @Inject(UPKEEP_DATABASE) private readonly upkeepDatabase: Database,
    @Optional() @Inject(TRACING) private readonly tracing?: Tracing,
    @Optional() @Inject(Dispatching) private readonly dispatching?: Dispatching,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.clock.synchronize(this.database);
    this.queue.start((references) => void this.giveBack(references));
    this.upkeep.start();
    this.replays.start();
    this.broadcasts.start();
    await this.dispatching?.start();
  }

  /** What the queue would not take waits in the ledger. If that cannot be written either, its lease ends. */
  private async giveBack(references: DeliveryReference[]): Promise<void> {
    try {
      for (const endpointId of await handBack(this.database, references)) {
        this.waker.wake(endpointId, 0, true);
      }
    } catch (error) {
      log.debug({ reason: (error as Error).message }, 'queue.give_back_failed');
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    const startedAt = performance.now();
    await within(2_000, this.pickUp.close());
    await this.dispatching?.stop(this.settings.shutdownGraceMs);
    await within(2_000, Promise.all([this.replays.stop(), this.broadcasts.stop()]));
    // What the last attempts came to is told by emitting it.
    await within(2_000, this.news.close());
    await within(2_000, this.emitter.drain());
    await within(2_000, this.upkeep.stop());
    await within(2_000, this.waker.close());
    await within(2_000, this.queue.close());
    await this.dispatching?.close();
    await this.tracing?.close();
    log.info({ tookMs: Math.round(performance.now() - startedAt) }, 'posthorn.stopped');
  }

  /** After the server has answered its last request. */
  async onApplicationShutdown(): Promise<void> {
    this.rateLimiter.close();
    this.transformer.close();
    await within(2_000, Promise.all([this.database.close(), this.upkeepDatabase.close()]));
  }
}
