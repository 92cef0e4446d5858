/**
 * One ticking clock for all attempts instead of a timer for each: at thousands of attempts a second timers would be
 * made and thrown away for nothing, and an attempt wants to move its deadline once its status line is in. Deadlines
 * fire up to a tick late, never early.
 */
export interface Expiring {
  /** On the clock of performance.now(). */
  deadlineAt: number;
  expire(): void;
}

/** A hundredth of the shortest timeout that an endpoint may have. */
const TICK_MS = 10;

export class Deadlines<Item extends Expiring> {
  private readonly pending = new Set<Item>();
  private ticker: NodeJS.Timeout | undefined;

  add(item: Item): void {
    this.pending.add(item);
    this.ticker ??= setInterval(() => this.tick(), TICK_MS);
  }

  delete(item: Item): void {
    this.pending.delete(item);
  }

  get size(): number {
    return this.pending.size;
  }

  [Symbol.iterator](): IterableIterator<Item> {
    return this.pending.values();
  }

  private tick(): void {
    if (this.pending.size === 0) {
      clearInterval(this.ticker);
      this.ticker = undefined;
      return;
    }
    const now = performance.now();
    for (const item of this.pending) {
      if (item.deadlineAt <= now) item.expire();
    }
  }
}
