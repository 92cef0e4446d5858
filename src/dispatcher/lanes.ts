/**
 * All lanes of this process, and the slots they compete for. A slot is a request in flight; there are `inFlightMax`
 * of them. Lanes with something in line take turns, one delivery a turn, so that a long line has no advantage over a short
 * one. Those of endpoints that have failed lately have every other turn among them, so that ten thousand of those have no
 * advantage over one that does well. When slots run short, slow lanes are cut down to one each, since they would hold
 * what they get.
 */
import { Lane } from './lane.js';
import type { LoadedDelivery } from '../store/load-deliveries.js';

/** From this share of all slots on, slow lanes are held to a single one. */
const PRESSURE = 0.75;
const SLOW_MS = 1_000;
/** Lanes that nobody used for this long are forgotten. */
const IDLE_MS = 60_000;

type Kind = 'well' | 'troubled';

const kindOf = (lane: Lane): Kind => (lane.troubled ? 'troubled' : 'well');

export class Lanes {
  private readonly byEndpoint = new Map<string, Lane>();
  /** Lanes with a line, in the order of their turns: of endpoints that do well, and of those that have failed lately. */
  private readonly runnable = { well: new Set<Lane>(), troubled: new Set<Lane>() };
  /** Whose turn it is next, if both have a lane that may start. */
  private turn: Kind = 'well';
  inFlight = 0;
  waiting = 0;

  constructor(
    private readonly inFlightMax: number,
    /** This process's share of an endpoint's slots. */
    private readonly shareOf: (endpointId: string, maxInFlight: number) => number,
    private readonly maxInFlightOf: (endpointId: string) => number,
  ) {}

  lane(endpointId: string): Lane {
    let lane = this.byEndpoint.get(endpointId);
    if (lane === undefined) {
      lane = new Lane(endpointId);
      this.byEndpoint.set(endpointId, lane);
    }
    return lane;
  }

  /** The lane if it is in use, without making one. */
  known(endpointId: string): Lane | undefined {
    return this.byEndpoint.get(endpointId);
  }

  /**
   * Lets a delivery into its endpoint's lane, or refuses it. A `governed` one was let out by the scheduler alone,
   * which has counted for all dispatchers already; it always finds its place.
   */
  admit(delivery: LoadedDelivery, governed: boolean): boolean {
    const lane = this.lane(delivery.endpointId);
    lane.arrived();
    const admitted = governed
      ? lane.inFlight + lane.line.length < this.maxInFlightOf(lane.endpointId)
      : lane.admits(this.share(lane));
    if (!admitted) {
      lane.hungry = true;
      return false;
    }
    if (governed) lane.line.unshift(delivery);
    else lane.line.push(delivery);
    this.waiting++;
    if (lane.troubled !== delivery.lane.troubled) this.runnable[kindOf(lane)].delete(lane);
    lane.troubled = delivery.lane.troubled;
    this.runnable[kindOf(lane)].add(lane);
    return true;
  }

  /** The next delivery that may start, or `undefined` when no slot or no lane is free. Takes the slot. */
  next(): LoadedDelivery | undefined {
    if (this.inFlight >= this.inFlightMax) return undefined;
    const kind = this.turn;
    this.turn = kind === 'well' ? 'troubled' : 'well';
    return this.nextOf(this.runnable[kind]) ?? this.nextOf(this.runnable[this.turn]);
  }

  private nextOf(runnable: Set<Lane>): LoadedDelivery | undefined {
    for (const lane of runnable) {
      runnable.delete(lane);
      if (lane.line.length === 0) continue;
      // A governed delivery may start in a process whose share of the lane is none.
      const slots = Math.max(this.share(lane), lane.line[0]!.lane.governed ? 1 : 0);
      if (lane.inFlight >= slots) continue; // it comes back when one of its requests ends
      const delivery = lane.line.shift()!;
      this.waiting--;
      if (lane.line.length > 0) runnable.add(lane); // to the end: others have their turn first
      lane.started(delivery.deliveryId);
      this.inFlight++;
      return delivery;
    }
    return undefined;
  }

  /** Gives the slot back. */
  finished(delivery: LoadedDelivery): void {
    const lane = this.lane(delivery.endpointId);
    lane.finished(delivery.deliveryId);
    this.inFlight--;
    if (lane.line.length > 0) this.runnable[kindOf(lane)].add(lane);
  }

  share(lane: Lane): number {
    const share = this.shareOf(lane.endpointId, this.maxInFlightOf(lane.endpointId));
    const pressed = this.inFlight >= this.inFlightMax * PRESSURE && lane.slownessMs() > SLOW_MS;
    return pressed ? Math.min(share, 1) : share;
  }

  /** How many deliveries of this endpoint the process could take now; asked by a scheduler that knows of more. */
  room(endpointId: string, maxInFlight: number): number {
    const lane = this.byEndpoint.get(endpointId) ?? new Lane(endpointId);
    const room = lane.room(this.shareOf(endpointId, maxInFlight));
    if (room === 0) lane.hungry = true;
    return room;
  }

  /** Takes out of every line what no longer fits (the endpoint became slow): it goes back to the ledger. */
  takeOverflow(): LoadedDelivery[] {
    const overflow: LoadedDelivery[] = [];
    const now = performance.now();
    for (const [endpointId, lane] of this.byEndpoint) {
      while (lane.line.length > 0 && lane.overfull(this.share(lane)) && !lane.line.at(-1)!.lane.governed) {
        overflow.push(lane.line.pop()!);
        lane.hungry = true;
        this.waiting--;
      }
      if (lane.inFlight === 0 && lane.line.length === 0 && now - lane.lastUsedAt > IDLE_MS)
        this.byEndpoint.delete(endpointId);
    }
    return overflow;
  }

  /** Empties every line. */
  takeAll(): LoadedDelivery[] {
    const all = [...this.byEndpoint.values()].flatMap((lane) => lane.line.splice(0));
    this.waiting = 0;
    this.runnable.well.clear();
    this.runnable.troubled.clear();
    return all;
  }
}
