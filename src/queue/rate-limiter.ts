/**
 * Counts for rate limits: in Redis when there is one, so that a limit holds over all processes; otherwise in this process,
 * and a limit then holds for each process by itself (an installation without Redis is usually one process; with n of
 * them, n times the limit passes). Counting in PostgreSQL would make every limited emit wait for a row that all of its
 * tenant's emits update.
 *
 * While Redis is away, this process counts alone. Nothing is refused because the count cannot be read: what is limited
 * here protects the operator's capacity, and is no reason to lose events.
 *
 * The connection is made when the first limited caller comes: who limits nobody pays nothing.
 */
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Settings } from '../config.js';
import {
  RATE_WINDOW_SECONDS,
  type RateLimit,
  type RateLimiter,
  type RatePolicy,
} from '../model/rate-limit.js';

/** A limited emit waits no longer for Redis; the process's own count answers then. */
const REDIS_TIMEOUT_MS = 250;
const RECONNECT_MS_MAX = 1_000;
/** One limiter for each number that somebody is limited to. Operators use a handful; API callers can set any. */
const LIMITERS_MAX = 1_000;

type Limiter = RateLimiterRedis | RateLimiterMemory;

export class RequestRateLimiter implements RateLimiter {
  /** By policy and limit: the library's limiters each know one limit. Oldest first. */
  private readonly limiters = new Map<string, Limiter>();
  private redis: Redis | undefined;

  constructor(
    private readonly settings: Pick<Settings, 'redisUrl' | 'queuePrefix'>,
    private readonly log: Logger,
  ) {}

  async take(policy: RatePolicy, subject: string, limitPerSecond: number): Promise<RateLimit> {
    const limiter = this.limiterOf(policy, limitPerSecond);
    // A refusal is thrown as the very same kind of result; so is what the library cannot do, as an Error.
    const result = await limiter.consume(subject).catch((thrown: unknown) => {
      if (thrown instanceof RateLimiterRes) return thrown;
      this.log.warn({ reason: (thrown as Error).message }, 'rate_limit.not_counted');
      return new RateLimiterRes(limitPerSecond, 0, 0);
    });
    return {
      policy,
      limitPerSecond,
      exceeded: result.consumedPoints > limitPerSecond,
      remaining: Math.max(0, result.remainingPoints),
      resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)),
    };
  }

  close(): void {
    this.redis?.disconnect();
  }

  private limiterOf(policy: RatePolicy, limitPerSecond: number): Limiter {
    const name = `${policy}:${limitPerSecond}`;
    const known = this.limiters.get(name);
    if (known !== undefined) return known;
    if (this.limiters.size >= LIMITERS_MAX) this.limiters.delete(this.limiters.keys().next().value!);
    const made = this.makeLimiter(policy, limitPerSecond);
    this.limiters.set(name, made);
    return made;
  }

  private makeLimiter(policy: RatePolicy, limitPerSecond: number): Limiter {
    const window = {
      keyPrefix: `${this.settings.queuePrefix}:rate:${policy}`,
      points: limitPerSecond,
      duration: RATE_WINDOW_SECONDS,
    };
    const inProcess = new RateLimiterMemory(window);
    if (this.settings.redisUrl === undefined) return inProcess;
    return new RateLimiterRedis({
      ...window,
      storeClient: (this.redis ??= this.connect(this.settings.redisUrl)),
      rejectIfRedisNotReady: true,
      insuranceLimiter: inProcess,
    });
  }

  private connect(url: string): Redis {
    const redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: REDIS_TIMEOUT_MS,
      retryStrategy: (times) => Math.min(times * 50, RECONNECT_MS_MAX),
    });
    // The queue, on the same Redis, says that it is away; without a listener it would end the process.
    redis.on('error', () => undefined);
    return redis;
  }
}
