/**
 * Accepts events. `emit` answers only when the event and everything it is owed are committed; the references are
 * enqueued behind the answer. A crash between the two delays a delivery until its lease ends; it loses nothing.
 *
 * Emits that arrive together are committed together. An event that fans out to hundreds of endpoints goes in a group
 * of its own kind, so that one tenant's broadcast does not hold up everybody's commit.
 */
import { PosthornError } from '../errors.js';
import type { AcceptedEvent, EmitRequest } from '../model/event.js';
import { newUuid } from '../model/id.js';
import type { RateLimit, RateLimiter } from '../model/rate-limit.js';
import type { Clock } from '../store/clock.js';
import { isDatabaseUnavailable, type Database } from '../store/database.js';
import type { EventTimes } from '../store/event-times.js';
import { GroupCommit } from '../store/group-commit.js';
import { findEarlierEvents } from '../store/idempotency.js';
import type { Tracing } from '../telemetry/tracing.js';
import { admit, judge, type Admitted } from './admission.js';
import {
  commitEmits,
  WIDE_FAN_OUT,
  type CommitAnswer,
  type MatchedEvent,
  type Window,
} from './commit-emits.js';
import { checkTimes, DELIVER_AHEAD_DAYS_MAX, isTimed } from './event-times.js';
import { recipients } from './recipients.js';
import { idempotencyKeys, replayOf, requestHash } from './repetition.js';
import type { TenantDirectory } from './tenant-directory.js';

/** Bounds the retries of an emit whose tenant's endpoints change faster than it can be matched. */
const MATCHES_MAX = 5;

export interface EmitterOptions {
  database: Database;
  directory: TenantDirectory;
  clock: Clock;
  window: Window;
  leaseSlackMs: number;
  /** How far ahead an event may be scheduled: no further than its deliveries live. */
  deliverAheadDaysMax?: number;
  /** Without one, tenants' limits are not enforced. */
  rateLimiter?: RateLimiter;
  /** Told of every group commit; for metrics. */
  observe?: (items: number, waitedMs: number, tookMs: number) => void;
  /** Told of every emit: `accepted`, `replayed`, or the code of the refusal. */
  observeEmit?: (result: string, deliveries: number) => void;
  tracing?: Tracing;
}

export class Emitter {
  private readonly narrow: GroupCommit<MatchedEvent, CommitAnswer>;
  private readonly wide: GroupCommit<MatchedEvent, CommitAnswer>;

  constructor(private readonly options: EmitterOptions) {
    const shared = {
      commit: (group: MatchedEvent[]) => commitEmits(group, options),
      isFatal: isDatabaseUnavailable,
      overflow: () =>
        new PosthornError('unavailable', 'Too many emits are waiting for the database.', {
          retryAfterSeconds: 1,
        }),
      ...(options.observe && { observe: options.observe }),
    };
    this.narrow = new GroupCommit({
      ...shared,
      itemsMax: 200,
      groupsMax: 3,
      waitingMax: 20_000,
    });
    this.wide = new GroupCommit({
      ...shared,
      itemsMax: 4,
      groupsMax: 1,
      waitingMax: 1_000,
    });
  }

  /**
   * Accepts one event.
   * @throws PosthornError `tenant_not_found`, `event_type_reserved`, `event_type_archived`, `event_type_unknown`,
   * `event_data_invalid`, `validation_failed` (its times), `idempotency_key_reused`, `rate_limited`, or `unavailable` when
   * the database cannot be reached (the event may then be stored or not; repeat it with the same key).
   */
  async emit(request: EmitRequest): Promise<AcceptedEvent> {
    const span = this.options.tracing?.emit(request.traceparent, request.type);
    const traced = span === undefined ? request : { ...request, traceparent: span.traceparent };
    let result = 'internal';
    let deliveries = 0;
    try {
      const answer = await this.accept(traced);
      result = answer.replayed ? 'replayed' : 'accepted';
      deliveries = answer.replayed ? 0 : answer.deliveryCount;
      return answer;
    } catch (error) {
      if (error instanceof PosthornError) result = error.code;
      else if (isDatabaseUnavailable(error)) result = 'unavailable';
      throw error;
    } finally {
      this.options.observeEmit?.(result, deliveries);
      span?.end(result);
    }
  }

  /**
   * Whether the catalog lets anybody emit this, before it is emitted to many.
   * @throws PosthornError `event_type_reserved`, `event_type_archived`, `event_data_invalid`
   */
  async checkByCatalog(event: Pick<EmitRequest, 'type' | 'data'>): Promise<void> {
    const verdict = judge(event, await this.options.directory.freshCatalog());
    if (verdict instanceof PosthornError) throw verdict;
  }

  /** Resolves when every accepted emit has been answered. */
  async drain(): Promise<void> {
    await Promise.all([this.narrow.drain(), this.wide.drain()]);
  }

  private async accept(request: EmitRequest): Promise<AcceptedEvent> {
    const keys = idempotencyKeys(request);
    const hash = keys.length > 0 ? requestHash(request) : undefined;
    let rateLimit: RateLimit | undefined;
    for (let match = 1; match <= MATCHES_MAX; match++) {
      const matched = await this.match(request, keys, hash).catch(async (refusal: unknown) => {
        // A database that is away would only be waited for twice.
        if (!(refusal instanceof PosthornError)) throw refusal;
        const repetition = await this.repetitionOf(request, keys, hash);
        if (repetition === undefined) throw refusal;
        return repetition;
      });
      if ('replayed' in matched) return matched;
      if (match === 1 && matched.emitRateLimitPerSecond !== null && request.origin === undefined) {
        rateLimit = await this.charge(matched.event.tenantId, matched.emitRateLimitPerSecond);
      }
      const line = matched.event.deliveries.length >= WIDE_FAN_OUT ? this.wide : this.narrow;
      const answer = await line.submit(matched);
      switch (answer) {
        case 'stored':
          return { ...accepted(matched), ...(rateLimit && { rateLimit }) };
        case 'key_taken': {
          const replay = await this.repetitionOf(request, keys, hash);
          if (replay !== undefined) return { ...replay, ...(rateLimit && { rateLimit }) };
          break; // whoever held the key has just let go of it: try once more
        }
        case 'outdated':
          await this.options.directory.forget(request.tenant, matched.known);
      }
    }
    throw new PosthornError('unavailable', 'The tenant’s endpoints are changing too fast.', {
      retryAfterSeconds: 1,
    });
  }

  /**
   * The first answer, if this emit was accepted before. It is given whatever has become of the event's type, its schema
   * or its times since: what was accepted once is not refused later.
   * @throws PosthornError `idempotency_key_reused`
   */
  private async repetitionOf(
    request: EmitRequest,
    keys: string[],
    hash: Buffer | undefined,
  ): Promise<AcceptedEvent | undefined> {
    if (hash === undefined) return undefined;
    const tenant = await this.options.directory.tenant(request.tenant);
    if (tenant === undefined) return undefined;
    const earlier = await findEarlierEvents(this.options.database, tenant.tenantId, keys);
    return replayOf(earlier, hash, tenant.tenantId);
  }

  /**
   * Counts an emit against its tenant's limit, repetitions included: they cost the same. A limit that was changed through
   * another process is noticed with the next event that is stored, so after a second at most.
   * @throws PosthornError `rate_limited`
   */
  private async charge(tenantId: string, limitPerSecond: number): Promise<RateLimit | undefined> {
    const rateLimit = await this.options.rateLimiter?.take('tenant-emits', tenantId, limitPerSecond);
    if (!rateLimit?.exceeded) return rateLimit;
    throw new PosthornError(
      'rate_limited',
      `More than ${limitPerSecond} events in a second for this tenant.`,
      {
        retryAfterSeconds: rateLimit.resetSeconds,
        rateLimit,
      },
    );
  }

  private async match(request: EmitRequest, keys: string[], hash: Buffer | undefined): Promise<MatchedEvent> {
    const { clock, leaseSlackMs } = this.options;
    const known = await this.known(request);
    const { tenant, catalog, warnings } = known;
    const nowMs = clock.nowMs();
    const eventId = newUuid(nowMs);
    const createdAt = new Date(nowMs);
    const timed = isTimed(request);
    if (timed) checkTimes(request, nowMs, this.options.deliverAheadDaysMax ?? DELIVER_AHEAD_DAYS_MAX);
    const deliveries = recipients(tenant.subscriptions, request).map((subscription) => ({
      deliveryId: newUuid(nowMs),
      endpointId: subscription.endpointId,
      leaseMs: subscription.timeoutMs + leaseSlackMs,
      waits: subscription.metered || timed,
    }));
    return {
      catalogVersion: catalog.version,
      known,
      warnings,
      times: timed ? timesOf(request, eventId, deliveries) : undefined,
      emitRateLimitPerSecond: tenant.emitRateLimitPerSecond,
      claims: keys.map((key) => ({ tenantId: tenant.tenantId, key, eventId, requestHash: hash! })),
      event: {
        eventId,
        tenantId: tenant.tenantId,
        endpointsVersion: tenant.endpointsVersion,
        type: request.type,
        data: request.data,
        occurredAt: request.occurredAt ?? createdAt,
        createdAt,
        tags: request.tags ?? [],
        externalId: request.externalId ?? null,
        test: request.origin?.kind === 'test',
        hops: request.hops ?? 0,
        traceparent: request.traceparent ?? null,
        deliveries,
      },
    };
  }

  /**
   * The tenant and the catalog, if the event may be emitted. Storing an event compares what it was matched with to
   * the tables; a refusal stores nothing, so it is only given on what was read after the request came.
   */
  private async known(request: EmitRequest): Promise<Admitted> {
    const { directory } = this.options;
    for (let fresh = false; ; fresh = true) {
      const [tenant, catalog] = await Promise.all([
        directory.tenant(request.tenant),
        directory.eventCatalog(),
      ]);
      const verdict = admit(request, tenant, catalog);
      if (!(verdict instanceof PosthornError)) return verdict;
      if (fresh) throw verdict;
      await directory.forget(request.tenant, { tenant, catalog });
    }
  }
}

function timesOf(
  { deliverAt, expiresAt }: EmitRequest,
  eventId: string,
  deliveries: { deliveryId: string }[],
): EventTimes {
  const deliveryIds = deliveries.map(({ deliveryId }) => deliveryId);
  return { eventId, deliveryIds, deliverAt: deliverAt ?? null, expiresAt: expiresAt ?? null };
}

function accepted({ event, warnings }: MatchedEvent): AcceptedEvent {
  return {
    ...(warnings.length > 0 && { warnings }),
    eventId: event.eventId,
    tenantId: event.tenantId,
    type: event.type,
    externalId: event.externalId,
    occurredAt: event.occurredAt,
    createdAt: event.createdAt,
    deliveryCount: event.deliveries.length,
    replayed: false,
  };
}
