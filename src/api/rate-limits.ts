/**
 * How many requests one caller may make in a second (REQUEST_RATE_LIMIT_PER_SECOND): a key, or all of a tenant's portal
 * sessions together. Off unless configured. It keeps one careless client from taking the API away from the others; what a
 * tenant may emit is limited apart from it (src/intake/emitter.ts).
 */
import type { FastifyReply } from 'fastify';
import { PosthornError } from '../errors.js';
import {
  rateLimitField,
  rateLimitPolicyField,
  type RateLimit,
  type RateLimiter,
} from '../model/rate-limit.js';
import type { Principal } from './principal.js';

/** Of one address. A page asks twice or so; a proxy before us is one address for all who come through it. */
const ANONYMOUS_PER_SECOND = 50;

export class CallerLimits {
  /** @param limitPerSecond 0: no limit */
  constructor(
    private readonly limiter: RateLimiter,
    private readonly limitPerSecond: number,
  ) {}

  /** Undefined: nothing to wait for. @throws PosthornError `rate_limited`, by rejecting */
  charge(caller: Principal, reply: FastifyReply): Promise<void> | undefined {
    if (this.limitPerSecond === 0) return undefined;
    return this.count(caller.kind === 'key' ? caller.id : `portal-${caller.tenantId}`, reply);
  }

  /** Always limited: whoever shows no credentials cannot be told to behave. @throws PosthornError `rate_limited` */
  async chargeAnonymous(address: string, reply: FastifyReply): Promise<void> {
    admit(await this.limiter.take('anonymous-requests', address, ANONYMOUS_PER_SECOND), reply);
  }

  private async count(subject: string, reply: FastifyReply): Promise<void> {
    admit(await this.limiter.take('caller-requests', subject, this.limitPerSecond), reply);
  }
}

function admit(state: RateLimit, reply: FastifyReply): void {
  announceRateLimit(reply, state);
  if (!state.exceeded) return;
  throw new PosthornError('rate_limited', `More than ${state.limitPerSecond} requests in a second.`, {
    retryAfterSeconds: state.resetSeconds,
  });
}

/** A request may be under several limits; each is an item of the lists. */
export function announceRateLimit(reply: FastifyReply, state: RateLimit): void {
  append(reply, 'ratelimit-policy', rateLimitPolicyField(state));
  append(reply, 'ratelimit', rateLimitField(state));
}

function append(reply: FastifyReply, name: string, item: string): void {
  const given = reply.getHeader(name);
  void reply.header(name, given === undefined ? item : `${String(given)}, ${item}`);
}
