/**
 * Finds what is due and puts it into the hot window; every dispatcher process runs one.
 *
 * Lanes take turns, those of endpoints that fail apart from the others. A look locks the ready lanes that nobody else is
 * looking at, grants each what it may have now, claims its oldest due deliveries, and notes when the lane is worth another
 * look. An endpoint with a million waiting deliveries is one lane among others; one that is parked (open circuit,
 * disabled, Retry-After) is not looked at.
 *
 * Besides, it rescues: deliveries whose lease ran out go back to waiting, and lanes whose wake was lost are woken.
 * A crash after a claim and before its enqueue leaves leased deliveries that the rescue finds.
 */
import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { ReferenceQueue } from '../queue/reference-queue.js';
import {
  claimDue,
  isAnyLaneReady,
  lockReadyLanes,
  sweepForgottenLanes,
  updateLanes,
  type ClaimedDelivery,
  type LaneRow,
  type LaneUpdate,
} from '../store/claims.js';
import { claimInOrder } from '../store/claims-in-order.js';
import { isDatabaseUnavailable, type Database } from '../store/database.js';
import type { LaneWaker } from '../store/lane-waker.js';
import { rescueExpiredLeases } from '../store/leases.js';
import { grant, isRamping, type Grant } from './grant.js';
import { turnOf, type Turn } from './strict-order.js';

export interface SchedulerOptions {
  database: Database;
  queue: Pick<ReferenceQueue, 'backlogRoom' | 'enqueue'>;
  waker: LaneWaker;
  settings: Pick<Settings, 'attemptTimeoutMs' | 'endpointInFlightMax' | 'leaseSlackMs'>;
  /** What this process's dispatcher could take of an endpoint, and how many dispatchers there are. */
  room: (endpointId: string, maxInFlight: number) => number;
  /** How many deliveries of all endpoints together it could take. */
  free: () => number;
  expect: (endpointId: string, count: number) => void;
  dispatchers: () => number;
  log: Logger;
  observe?: (look: { lanes: number; claimed: number; tookMs: number }) => void;
}

/** Lanes of each kind in a look: their locks are held for one round of three statements. */
const LANES_MAX = 128;
/**
 * Deliveries claimed in a look. A thousand lanes that come due together could take tens of thousands: one statement of
 * seconds with every one of those lanes locked, and most of it handed back again.
 */
const CLAIMS_MAX = 1_000;
/** How long to rest when nothing was ready. The most that this adds to a retry's delay. */
const IDLE_MS = 25;
/** A breath between looks while there is work, for what was claimed to arrive. */
const BUSY_MS = 5;
const RESCUE_MS = 1_000;
const RESCUE_MAX = 2_000;
/** Longer than a record waits between two tries: what was sent before an outage is recorded, not sent again. */
const RESCUE_AFTER_OUTAGE_MS = 5_000;
const SWEEP_MS = 30_000;
/** A lane is forgotten if it holds something this long overdue: longer than any look or wake in progress. */
const OVERDUE_MS = 5_000;

interface LaneLook {
  row: LaneRow;
  granted: Grant;
  /** Of an ordered lane. */
  turn: Turn | undefined;
}

export class Scheduler {
  private stopping = false;
  private loop: Promise<void> | undefined;
  private lastLookAt = performance.now();
  private foundNothing = false;
  private rescueDueAt = 0;
  private sweepDueAt = performance.now() + OVERDUE_MS;

  constructor(private readonly options: SchedulerOptions) {}

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.loop;
  }

  /** Since the last completed look, in milliseconds; for readiness. */
  get idleMs(): number {
    return performance.now() - this.lastLookAt;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      try {
        await this.rescue();
        const claimed = await this.look();
        this.lastLookAt = performance.now();
        failures = 0;
        await sleep(claimed > 0 ? BUSY_MS : IDLE_MS);
      } catch (error) {
        failures++;
        // Leases ran out while the database was away, and whoever holds them is about to record what came of it.
        if (isDatabaseUnavailable(error)) this.rescueDueAt = performance.now() + RESCUE_AFTER_OUTAGE_MS;
        // A database that is away is expected to come back; anything else wakes someone, once and not every look.
        const level = isDatabaseUnavailable(error) ? 'warn' : 'error';
        if (failures === 1 || failures % 60 === 0)
          this.options.log[level]({ err: error, failures }, 'scheduler.look_failed');
        await sleep(Math.min(100 * 2 ** Math.min(failures, 5), 2_000));
      }
    }
  }

  /** One look at the ready lanes. Answers how many deliveries were claimed. */
  async look(): Promise<number> {
    // A window that is full or away gets nothing; what is due stays in the ledger.
    if (this.options.queue.backlogRoom === 0) return 0;
    if (this.foundNothing && !(await isAnyLaneReady(this.options.database))) return 0;
    const startedAt = performance.now();
    const { lanes, claimed } = await this.options.database.transaction(async (transaction) => {
      const rows = await lockReadyLanes(transaction, LANES_MAX);
      if (rows.length === 0) return { lanes: 0, claimed: [] };
      const part = this.partOf(rows);
      const looks = rows.map((row) => this.lookAt(row, part(row)));
      const due = [
        ...(await claimDue(
          transaction,
          looks
            .filter(({ row, granted }) => granted.quota > 0 && !row.ordered)
            .map(({ row, granted }) => ({
              endpointId: row.endpointId,
              quota: granted.quota,
              leaseMs: this.leaseMs(row),
            })),
        )),
        ...(await claimInOrder(
          transaction,
          looks
            .filter(({ row, granted }) => granted.quota > 0 && row.ordered)
            .map(({ row, turn }) => ({
              endpointId: row.endpointId,
              deliveryId: turn?.kind === 'again' ? turn.deliveryId : null,
              leaseMs: this.leaseMs(row),
            })),
        )),
      ];
      await updateLanes(transaction, this.updates(looks, due));
      return { lanes: rows.length, claimed: due };
    });
    this.foundNothing = lanes === 0;
    if (claimed.length > 0) this.options.queue.enqueue(claimed);
    if (lanes > 0)
      this.options.observe?.({ lanes, claimed: claimed.length, tookMs: performance.now() - startedAt });
    return claimed.length;
  }

  /**
   * How much of a look each lane may have. Lanes that have failed lately share one half among them, the others the other, in
   * equal parts: who does well gives way to who does well, and not to ten thousand retries. Where one kind has no lane that
   * is ready, the other has it all; a lane that is left with more is looked at again at once.
   */
  private partOf(rows: LaneRow[]): (row: LaneRow) => number {
    const whole = Math.min(CLAIMS_MAX, this.options.free());
    const troubled = rows.filter((row) => row.troubled).length;
    const well = rows.length - troubled;
    const share = troubled > 0 && well > 0 ? whole / 2 : whole;
    return (row) => Math.floor(share / (row.troubled ? troubled : well));
  }

  private lookAt(row: LaneRow, part: number): LaneLook {
    const turn = row.ordered ? turnOf(row.head) : undefined;
    const granted = this.grantTo(row, part);
    return { row, turn, granted: turn?.kind === 'nobody' ? { ...granted, quota: 0 } : granted };
  }

  private grantTo(row: LaneRow, part: number): Grant {
    const { room, dispatchers, settings } = this.options;
    const maxInFlight = row.maxInFlight ?? settings.endpointInFlightMax;
    return grant(
      {
        circuit: row.circuit,
        disabled: row.disabled,
        ordered: row.ordered,
        maxInFlight,
        rateLimitPerSecond: row.rateLimitPerSecond ?? undefined,
        outstanding: row.outstandingIds.length,
        rateTokens: row.rateTokens,
        sinceRefillMs: row.sinceRefillMs ?? Infinity,
        sinceRampMs: row.sinceRampMs ?? undefined,
      },
      Math.min(room(row.endpointId, maxInFlight), part),
      dispatchers(),
    );
  }

  private updates(looks: LaneLook[], due: ClaimedDelivery[]): LaneUpdate[] {
    const claimedBy = new Map<string, string[]>();
    for (const delivery of due) {
      const ids = claimedBy.get(delivery.endpointId);
      if (ids === undefined) claimedBy.set(delivery.endpointId, [delivery.deliveryId]);
      else ids.push(delivery.deliveryId);
    }
    return looks
      .map(({ row, turn, granted }) => {
        const claimed = claimedBy.get(row.endpointId) ?? [];
        if (claimed.length > 0) this.options.expect(row.endpointId, claimed.length);
        const probing = row.circuit !== 'closed' && claimed.length > 0;
        return {
          endpointId: row.endpointId,
          pauseMs: granted.pauseMs,
          waitMs: turn?.kind === 'nobody' ? turn.forMs : null,
          outstandingIds: outstandingIds(row, granted, claimed),
          tokens: granted.tokens === undefined ? null : granted.tokens - claimed.length,
          ramping: isRamping(row.sinceRampMs ?? undefined),
          probeLeaseMs: probing ? this.leaseMs(row) : null,
        };
      })
      .toSorted((a, b) => (a.endpointId < b.endpointId ? -1 : 1));
  }

  private leaseMs(row: LaneRow): number {
    return (row.timeoutMs ?? this.options.settings.attemptTimeoutMs) + this.options.settings.leaseSlackMs;
  }

  /** Takes back what was lost, and wakes what was forgotten. */
  private async rescue(): Promise<void> {
    const now = performance.now();
    if (now >= this.rescueDueAt) {
      this.rescueDueAt = now + RESCUE_MS;
      const rescued = await rescueExpiredLeases(this.options.database, RESCUE_MAX);
      for (const { endpointId } of rescued) this.options.waker.wake(endpointId, 0);
      if (rescued.length > 0) this.options.log.info({ deliveries: rescued.length }, 'scheduler.rescued');
      if (rescued.length === RESCUE_MAX) this.rescueDueAt = now;
    }
    if (now >= this.sweepDueAt) {
      this.sweepDueAt = now + SWEEP_MS;
      const lanes = await this.options.database.transaction((transaction) =>
        sweepForgottenLanes(transaction, OVERDUE_MS),
      );
      if (lanes > 0) this.options.log.info({ lanes }, 'scheduler.swept');
    }
  }
}

/** An ordered lane remembers its head for as long as it has not ended; others, what they are to count. */
function outstandingIds(row: LaneRow, granted: Grant, claimed: string[]): string[] {
  if (!granted.governed) return [];
  if (!row.ordered) return [...row.outstandingIds, ...claimed];
  return claimed.length > 0 || row.head === undefined ? claimed : [row.head.deliveryId];
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
