/**
 * What this process holds in memory: deliveries in its lanes and in flight, with their payloads. Full, it takes nothing more
 * in, and the queue's jobs wait: that is the back pressure.
 */
import type { LoadedDelivery } from '../store/load-deliveries.js';

/** Deliveries held for every slot: enough to keep the slots busy while more are loaded. */
const HELD_PER_SLOT = 3;
/** Payloads held at most, in characters, before what is being loaded is added. */
const HELD_SIZE_MAX = 64 * 1024 * 1024;

export class Held {
  private count = 0;
  private size = 0;
  private waiters: (() => void)[] = [];

  constructor(private readonly inFlightMax: number) {}

  /** While it is full: resolves when there may be room, or everybody is let go. */
  room(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  /** How many deliveries more there is room for. */
  get free(): number {
    return this.isFull ? 0 : this.inFlightMax * HELD_PER_SLOT - this.count;
  }

  get isFull(): boolean {
    return this.count > this.inFlightMax * HELD_PER_SLOT || this.size > HELD_SIZE_MAX;
  }

  add(delivery: LoadedDelivery): void {
    this.count++;
    this.size += delivery.event!.data.length;
  }

  remove(delivery: LoadedDelivery): void {
    this.count--;
    this.size -= delivery.event!.data.length;
    if (!this.isFull) this.waiters.shift()?.();
  }

  letEverybodyGo(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }
}
