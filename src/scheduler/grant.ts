/**
 * How many of a lane's due deliveries may go into the window now, and when to look again. Pure.
 *
 * A lane is *governed* when the number of its deliveries in the window must be exact over all processes: a half-open
 * circuit lets one probe out at a time, a strict order one delivery, and an endpoint with fewer slots than there are
 * dispatchers cannot be shared out among them. Such lanes remember what is out (`outstanding`).
 *
 * Rate limits and the ramp after a recovery are one token bucket in the lane's row: the lane is locked while it is
 * looked at, so the limit holds over all dispatchers without anything else that is shared.
 */
import type { Circuit } from '../model/endpoint.js';

export interface ReadyLane {
  circuit: Circuit;
  disabled: boolean;
  /** One at a time, in order: whose turn it is, strict-order.ts says. */
  ordered: boolean;
  maxInFlight: number;
  rateLimitPerSecond: number | undefined;
  /** Deliveries of a governed lane that are still in the window. */
  outstanding: number;
  rateTokens: number;
  /** Since the tokens were last refilled, in milliseconds; Infinity: never. */
  sinceRefillMs: number;
  /** Since the circuit closed or the endpoint was enabled; `undefined`: no ramp. */
  sinceRampMs: number | undefined;
}

export interface Grant {
  quota: number;
  governed: boolean;
  /** The bucket before anything is taken; `undefined` when nothing meters the lane. */
  tokens: number | undefined;
  /** If deliveries are left over: how long until the lane is worth another look. */
  pauseMs: number;
}

/** A lane's turn at most: others are waiting for theirs. */
const QUOTA_MAX = 256;
/** How long a lane rests that had no room here; a slot that frees up wakes it earlier. */
const NO_ROOM_PAUSE_MS = 250;
/** Tokens a bucket holds, in seconds of its rate: half a second's burst keeps 10 s within 5 % of the limit. */
const BURST_SECONDS = 0.5;
/** The ramp starts with so many deliveries a second and doubles every second… */
const RAMP_START_PER_SECOND = 50;
/** …for so long; by then it is past anything an endpoint takes. */
const RAMP_MS = 10_000;

/**
 * @param room how many deliveries of this endpoint this process could take
 * @param dispatchers how many processes share the endpoint's slots
 */
export function grant(lane: ReadyLane, room: number, dispatchers: number): Grant {
  const governed = lane.circuit !== 'closed' || lane.ordered || lane.maxInFlight < dispatchers;
  const ratePerSecond = effectiveRate(lane);
  const tokens = ratePerSecond === undefined ? undefined : refill(lane, ratePerSecond);
  const limit = governed ? governedLimit(lane) : room;
  const quota = lane.disabled
    ? 0
    : Math.min(limit, QUOTA_MAX, tokens === undefined ? Infinity : Math.floor(tokens));
  return { quota, governed, tokens, pauseMs: pause(quota, limit, tokens, ratePerSecond) };
}

/** True while the ramp after a recovery still holds the lane back. */
export function isRamping(sinceRampMs: number | undefined): boolean {
  return sinceRampMs !== undefined && sinceRampMs < RAMP_MS;
}

function governedLimit(lane: ReadyLane): number {
  const slots = lane.circuit === 'closed' && !lane.ordered ? lane.maxInFlight : 1;
  return Math.max(0, slots - lane.outstanding);
}

function effectiveRate(lane: ReadyLane): number | undefined {
  const ramp = isRamping(lane.sinceRampMs)
    ? RAMP_START_PER_SECOND * 2 ** (lane.sinceRampMs! / 1000)
    : undefined;
  if (lane.rateLimitPerSecond === undefined) return ramp;
  return ramp === undefined ? lane.rateLimitPerSecond : Math.min(ramp, lane.rateLimitPerSecond);
}

function refill(lane: ReadyLane, ratePerSecond: number): number {
  const burst = Math.max(1, ratePerSecond * BURST_SECONDS);
  return Math.min(burst, lane.rateTokens + (ratePerSecond * lane.sinceRefillMs) / 1000);
}

function pause(
  quota: number,
  limit: number,
  tokens: number | undefined,
  ratePerSecond: number | undefined,
): number {
  if (limit === 0) return NO_ROOM_PAUSE_MS;
  if (tokens === undefined || quota < Math.floor(tokens)) return 0;
  // Out of tokens: back when there is one, but not so often that looking costs more than sending.
  return Math.max(20, Math.ceil(((1 - (tokens - quota)) / ratePerSecond!) * 1000));
}
