/**
 * One endpoint's lane in this process: how many requests are in flight, how many more wait in a short line, and
 * whether another may join. What may not join goes back to the ledger at once.
 *
 * The line's length follows from how fast the endpoint answers: as many deliveries as it is expected to take within
 * LINE_WAIT_MS_MAX. An endpoint that answers in a millisecond has a line of hundreds, so that it never runs dry
 * between two looks of the scheduler; one that hangs has none, so that nothing waits in memory for it. A refill from the
 * ledger takes some 50 ms, which is nothing to an endpoint that is slow.
 */
import type { LoadedDelivery } from '../store/load-deliveries.js';

/** How long a delivery may be expected to wait in the line, in milliseconds. */
const LINE_WAIT_MS_MAX = 500;
const LINE_LENGTH_MAX = 1_000;
/** What is assumed of an endpoint that has not answered yet: with ten slots, a line of fifty. */
const LATENCY_MS_ASSUMED = 100;
/** Weight of the newest answer in the moving average. */
const LATENCY_WEIGHT = 0.1;
/** A claim of our own that has not arrived after this long was lost, or went to another dispatcher. */
const EXPECTED_MS_MAX = 3_000;

export class Lane {
  inFlight = 0;
  readonly line: LoadedDelivery[] = [];
  lastUsedAt = performance.now();
  /** The ledger holds more for this lane than it had room for: the scheduler wants to know when there is room again. */
  hungry = false;
  /** The endpoint has failed lately, as of the last delivery that joined. */
  troubled = false;

  private latencyMs = LATENCY_MS_ASSUMED;
  /** Starts of the requests in flight, oldest first (Map order). */
  private readonly startedAt = new Map<string, number>();
  private expected = 0;
  private expectedAt = 0;

  constructor(readonly endpointId: string) {}

  /** How many more deliveries the lane takes, in flight and in line, with `share` slots. */
  room(share: number): number {
    const now = performance.now();
    if (now - this.expectedAt > EXPECTED_MS_MAX) this.expected = 0;
    // What is expected is a share of a claim, and need not be whole; a quota must be.
    const free = this.capacity(share, now) - this.inFlight - this.line.length - this.expected;
    return Math.max(0, Math.floor(free));
  }

  /** Whether the lane has emptied far enough for a refill to be worth a look. */
  halfEmpty(share: number): boolean {
    return (this.inFlight + this.line.length) * 2 <= this.capacity(share, performance.now());
  }

  /** Whether one more delivery that is here already may join. */
  admits(share: number): boolean {
    return this.inFlight + this.line.length < this.capacity(share, performance.now());
  }

  /** Whether more wait here than it is expected to take in time: it answers more slowly than when they joined. */
  overfull(share: number): boolean {
    return this.inFlight + this.line.length > this.capacity(share, performance.now());
  }

  /** The scheduler of this process has claimed `count` deliveries that will probably arrive here. */
  expect(count: number): void {
    this.expected += count;
    this.expectedAt = performance.now();
  }

  arrived(): void {
    if (this.expected > 0) this.expected = Math.max(0, this.expected - 1);
  }

  started(deliveryId: string): void {
    this.inFlight++;
    this.startedAt.set(deliveryId, performance.now());
    this.lastUsedAt = performance.now();
  }

  finished(deliveryId: string): void {
    this.inFlight--;
    const startedAt = this.startedAt.get(deliveryId);
    this.startedAt.delete(deliveryId);
    this.lastUsedAt = performance.now();
    if (startedAt !== undefined)
      this.latencyMs += LATENCY_WEIGHT * (this.lastUsedAt - startedAt - this.latencyMs);
  }

  /** How long the endpoint takes to answer: the average, or what the oldest open request has taken already. */
  slownessMs(now = performance.now()): number {
    const oldest = this.startedAt.values().next().value;
    return Math.max(this.latencyMs, oldest === undefined ? 0 : now - oldest);
  }

  private capacity(share: number, now: number): number {
    if (share <= 0) return 0;
    const line = Math.floor((LINE_WAIT_MS_MAX * share) / Math.max(1, this.slownessMs(now)));
    return share + Math.min(line, LINE_LENGTH_MAX);
  }
}
