/**
 * Takes references to due deliveries and sees each through one attempt:
 *
 *   take: load ─▶ admit into the endpoint's lane ─▶ (slot free) ─▶ prepare ─▶ send ─▶ decide ─▶ record
 *              └▶ hand back: lane full, parked or disabled     └▶ hand back: the lease is too short by now
 *
 * The dispatcher owes nothing to anybody: whatever it forgets, drops or dies with is still leased in the ledger, and
 * comes back when the lease runs out. What it must not do is send without a lease, or let one endpoint's deliveries
 * hold what others need.
 */
import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Egress } from '../egress/egress.js';
import type { DeliveryReference } from '../model/delivery.js';
import { toPublicId } from '../model/id.js';
import type { Clock } from '../store/clock.js';
import type { Database } from '../store/database.js';
import type { LaneListener } from '../store/lane-listener.js';
import type { LaneWaker } from '../store/lane-waker.js';
import { cancelOrphans, handBack, renewLeases, setAside } from '../store/leases.js';
import type { LoadedDelivery } from '../store/load-deliveries.js';
import type { Sealer } from '../store/sealing.js';
import type { Transformer } from '../transformation/transformer.js';
import type { Tracing } from '../telemetry/tracing.js';
import { within } from '../within.js';
import { attempt, type AttemptTools } from './attempt.js';
import { HealthReporter } from './health-reporter.js';
import { Held } from './held.js';
import { Lanes } from './lanes.js';
import { load } from './load.js';
import type { Membership } from './membership.js';
import { expiresInMs } from './next-step.js';
import { Recorder } from './recorder.js';
import { TargetCache } from './target-cache.js';

export interface DispatcherOptions {
  database: Database;
  clock: Clock;
  /** The way out; told from it only by where it ends (src/listen/hand-over.ts). */
  egress: Pick<Egress, 'send'>;
  sealer: Sealer;
  waker: LaneWaker;
  membership: Membership;
  transformer: Transformer;
  settings: Pick<Settings, 'inFlightMax' | 'endpointInFlightMax' | 'attemptTimeoutMs' | 'leaseSlackMs'>;
  log: Logger;
  userAgent: string;
  /** Where this installation is reached from outside, without a slash at the end. */
  publicUrl?: string;
  listener?: LaneListener;
  observe?: AttemptTools['observe'];
  deliveryFailed?: AttemptTools['deliveryFailed'];
  /** Told of every group of attempts that was recorded; for metrics. */
  observeRecords?: (items: number, waitedMs: number, tookMs: number) => void;
  tracing?: Tracing;
}

/** A lease must outlast the whole attempt by this much, in milliseconds, for its record to be committed in time. */
const LEASE_MARGIN_MS = 1_000;
/** How long a full lane rests before the scheduler looks at it again; a slot that frees up wakes it earlier. */
const FULL_LANE_PAUSE_MS = 500;
/** An endpoint whose secrets cannot be opened (another ENCRYPTION_KEY?) waits for somebody to mend that; no attempt is used up. */
const UNREADABLE_PAUSE_MS = 60_000;
const OVERFLOW_CHECK_MS = 500;

export class Dispatcher {
  readonly lanes: Lanes;
  private readonly targets: TargetCache;
  private readonly recorder: Recorder;
  private readonly health: HealthReporter;
  private readonly tools: AttemptTools;
  private readonly held: Held;
  private readonly running = new Set<Promise<unknown>>();
  private overflowTimer: NodeJS.Timeout | undefined;
  private stopping = false;
  /** Attempts completed by this process; what a scheduler and readiness see as progress. */
  completed = 0;

  constructor(private readonly options: DispatcherOptions) {
    const { database, settings, membership, log } = options;
    this.targets = new TargetCache(database, options.sealer, settings, {
      userAgent: options.userAgent,
      publicUrl: options.publicUrl ?? '',
    });
    this.recorder = new Recorder(database, log, options.observeRecords);
    this.health = new HealthReporter(database, log, options.listener);
    this.held = new Held(settings.inFlightMax);
    this.lanes = new Lanes(
      settings.inFlightMax,
      (endpointId, maxInFlight) => membership.share(endpointId, maxInFlight),
      (endpointId) => this.targets.get(endpointId)?.target.maxInFlight ?? settings.endpointInFlightMax,
    );
    this.tools = {
      clock: options.clock,
      egress: options.egress,
      recorder: this.recorder,
      transformer: options.transformer,
      log,
      random: Math.random,
      ...(options.observe && { observe: options.observe }),
      ...(options.deliveryFailed && { deliveryFailed: options.deliveryFailed }),
      ...(options.tracing && { tracing: options.tracing }),
    };
  }

  start(): void {
    this.overflowTimer = setInterval(() => this.shedOverflow(), OVERFLOW_CHECK_MS);
  }

  /** Takes references in; resolves when each is in a lane or has been given up. Slow when memory is full: that is the back pressure. */
  async take(references: DeliveryReference[]): Promise<void> {
    while (this.held.isFull && !this.stopping) await this.held.room();
    const { database, log } = this.options;
    const loaded = await load({ database, log, isStopping: () => this.stopping }, references);
    const unreadable = await this.targets.refresh(loaded);
    this.admit(await this.withLease(loaded), unreadable);
    this.startNext();
  }

  /**
   * Stops: what has not begun goes back to the ledger, what is in flight is waited for, `graceMs` at most. What is
   * still open then is left to its lease.
   */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    clearInterval(this.overflowTimer);
    this.held.letEverybodyGo();
    this.giveBack(this.lanes.takeAll(), 0);
    const finish = async (): Promise<void> => {
      while (this.running.size > 0) await Promise.all(this.running);
      await this.health.drain();
    };
    await within(graceMs, finish());
    this.recorder.stop();
  }

  /** Prolongs the leases that were half spent in the queue; drops what was not ours to prolong. */
  private async withLease(deliveries: LoadedDelivery[]): Promise<LoadedDelivery[]> {
    const short = deliveries.filter((delivery) => !this.leaseSuffices(delivery));
    if (short.length === 0) return deliveries;
    const leases = short.map((delivery) => ({
      ...delivery,
      leaseMs: this.timeoutMs(delivery) + this.options.settings.leaseSlackMs,
    }));
    const renewedAt = performance.now();
    const renewed = await renewLeases(this.options.database, leases);
    for (const [index, delivery] of short.entries()) {
      if (renewed.has(delivery.deliveryId)) delivery.leaseEndsAt = renewedAt + leases[index]!.leaseMs;
    }
    return deliveries.filter((delivery) => this.leaseSuffices(delivery));
  }

  private leaseSuffices(delivery: LoadedDelivery): boolean {
    return delivery.leaseEndsAt - performance.now() > this.timeoutMs(delivery) + LEASE_MARGIN_MS;
  }

  private timeoutMs(delivery: LoadedDelivery): number {
    return this.targets.get(delivery.endpointId)?.target.timeoutMs ?? this.options.settings.attemptTimeoutMs;
  }

  private admit(deliveries: LoadedDelivery[], unreadable: ReadonlyMap<string, Error>): void {
    const back: LoadedDelivery[] = [];
    const sealed: LoadedDelivery[] = [];
    const orphans: LoadedDelivery[] = [];
    const broken: LoadedDelivery[] = [];
    const expired: LoadedDelivery[] = [];
    const nowMs = this.options.clock.nowMs();
    for (const delivery of deliveries) {
      const { lane } = delivery;
      if (delivery.endpointVersion === undefined) orphans.push(delivery);
      else if (delivery.event === undefined) broken.push(delivery);
      else if (expiresInMs(delivery, nowMs) <= 0) expired.push(delivery);
      else if (unreadable.has(delivery.endpointId)) sealed.push(delivery);
      else if (this.stopping || delivery.endpointDisabled) back.push(delivery);
      // A governed delivery is let through a parked lane: it is what the lane is parked behind.
      else if (!lane.governed && (lane.parked || lane.circuit !== 'closed')) back.push(delivery);
      else if (this.lanes.admit(delivery, lane.governed)) this.held.add(delivery);
      else back.push(delivery);
    }
    this.giveBack(back, FULL_LANE_PAUSE_MS);
    this.giveBack(sealed, UNREADABLE_PAUSE_MS);
    for (const [endpointId, { message: reason }] of unreadable)
      this.options.log.error({ endpointId: toPublicId('ep', endpointId), reason }, 'endpoint.unreadable');
    this.inBackground(cancelOrphans(this.options.database, orphans));
    this.inBackground(setAside(this.options.database, broken, 'event_missing'));
    if (expired.length > 0) this.inBackground(this.expire(expired));
  }

  /** Too late to be worth sending. Those behind it in a strict order may go. */
  private async expire(deliveries: LoadedDelivery[]): Promise<void> {
    const failed = await setAside(this.options.database, deliveries, 'expired');
    for (const delivery of deliveries) {
      const { deliveryId, eventId, endpointId, attemptCount, lane, event } = delivery;
      if (lane.governed) this.options.waker.wake(endpointId, 0);
      if (event === undefined || !failed.has(deliveryId)) continue;
      this.options.deliveryFailed?.({
        ...{ deliveryId, eventId, endpointId, attemptCount },
        eventType: event.type,
        test: event.test,
        statusCode: null,
        errorCode: 'expired',
      });
    }
  }

  private giveBack(deliveries: LoadedDelivery[], pauseMs: number): void {
    if (deliveries.length === 0) return;
    this.inBackground(
      handBack(this.options.database, deliveries).then(() => {
        for (const endpointId of new Set(deliveries.map((delivery) => delivery.endpointId))) {
          this.options.waker.wake(endpointId, pauseMs, true);
        }
      }),
    );
  }

  private startNext(): void {
    for (let delivery = this.lanes.next(); delivery !== undefined; delivery = this.lanes.next()) {
      const started = delivery;
      const run = this.run(started).finally(() => this.running.delete(run));
      this.running.add(run);
    }
  }

  private async run(delivery: LoadedDelivery): Promise<void> {
    let slotHeld = true;
    const freeSlot = (): void => {
      if (!slotHeld) return;
      slotHeld = false;
      this.lanes.finished(delivery);
      if (!this.stopping) this.startNext();
    };
    try {
      const target = this.targets.get(delivery.endpointId);
      if (target === undefined || !this.leaseSuffices(delivery)) {
        this.giveBack([delivery], 0);
        return;
      }
      const { outcome, applied, retryInMs } = await attempt(
        delivery,
        delivery.event!,
        target,
        this.tools,
        freeSlot,
      );
      this.completed++;
      this.health.report(delivery, outcome);
      if (applied && retryInMs !== undefined) this.options.waker.wake(delivery.endpointId, retryInMs);
    } catch (error) {
      // Nothing was recorded: the lease runs out and the delivery is taken up again.
      this.options.log.error({ deliveryId: delivery.deliveryId, err: error }, 'attempt.abandoned');
    } finally {
      freeSlot();
      this.held.remove(delivery);
      this.wakeIfRoom(delivery);
    }
  }

  /** A lane that sent deliveries back, or that the scheduler governs, has room again: the scheduler may refill it. */
  private wakeIfRoom(delivery: LoadedDelivery): void {
    const lane = this.lanes.known(delivery.endpointId);
    if (lane === undefined) return;
    if (delivery.lane.governed || (lane.hungry && lane.halfEmpty(this.lanes.share(lane)))) {
      lane.hungry = false;
      this.options.waker.wake(delivery.endpointId, 0);
    }
  }

  /** How many deliveries more this process would hold: what its scheduler may claim in one look, over all lanes. */
  get free(): number {
    return this.held.free;
  }

  private shedOverflow(): void {
    const overflow = this.lanes.takeOverflow();
    for (const delivery of overflow) this.held.remove(delivery);
    this.giveBack(overflow, FULL_LANE_PAUSE_MS);
  }

  /** Work that nobody waits for; if it fails, leases make up for it. */
  private inBackground(work: Promise<unknown>): void {
    const tracked = work
      .catch((error: Error) =>
        this.options.log.debug({ reason: error.message }, 'dispatcher.background_failed'),
      )
      .finally(() => this.running.delete(tracked));
    this.running.add(tracked);
  }
}
