/**
 * Tells the operator, and tenants that asked for it, what becomes of endpoints: by events of Posthorn's own, over the
 * same way as all others (docs/operational-events.md).
 *
 * Whoever reports something here is a dispatcher in the middle of its work: it is noted in memory and told a moment later,
 * gathered by endpoint. A crash in between loses news, never state: circuits and deliveries are as the ledger and the
 * API say. They cannot feed on themselves: nothing is told of deliveries that carry such events, of the endpoints of
 * the operator's tenant (which get nothing else), nor to the endpoint that it is about.
 */
import type { Logger } from 'pino';
import { PosthornError } from '../errors.js';
import { toPublicId } from '../model/id.js';
import {
  isOperational,
  OPERATOR_TENANT,
  type FailedDelivery,
  type OperationalEventType,
} from '../model/operational-event.js';
import { isDatabaseUnavailable, type Queryable } from '../store/database.js';
import type { LaneChange } from '../store/lane-health.js';
import type { FailingEndpoint, LaneListener } from '../store/lane-listener.js';
import { readNewsSubjects, type NewsSubject } from '../store/operational-audience.js';
import type { Emitter } from './emitter.js';
import { EndpointNews, type EndpointState, type News } from './endpoint-news.js';

export interface OperationalEventsOptions {
  database: Queryable;
  emitter: Pick<Emitter, 'emit'>;
  log: Logger;
  /** How long news is gathered before it is told. */
  gatherMs?: number;
  /** How long nothing more of the kind is told of an endpoint after that. */
  quietMs?: number;
}

/** Long enough for what happens at the same time to be told together. */
const GATHER_MS = 1_000;
/** A thousand endpoints in trouble at once make two hundred events a second, and no more. */
const QUIET_MS = 10_000;
/** Told in one go. */
const BATCH = 100;
/** News that could not be told for so long, because the database was away, is not news any more. */
const AGE_MS_MAX = 600_000;

export class OperationalEvents implements LaneListener {
  private readonly news: EndpointNews;
  private timer: NodeJS.Timeout | undefined;
  private telling: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly options: OperationalEventsOptions) {
    this.news = new EndpointNews(options.quietMs ?? QUIET_MS);
  }

  circuitChanged({ endpointId, from, change, failingSinceMs }: LaneChange): void {
    if (change.to === 'closed') {
      this.note(endpointId, { kind: 'recovered', reason: change.reason });
    } else if (from === 'closed') {
      const failingSince = failingSinceMs === undefined ? null : new Date(failingSinceMs);
      this.note(endpointId, { kind: 'failing', reason: change.reason, failingSince, disabledAt: null });
    }
  }

  endpointFailing({ endpointId, failingSince, disabledAt }: FailingEndpoint): void {
    this.note(endpointId, { kind: 'failing', reason: null, failingSince, disabledAt });
  }

  endpointDisabled({ endpointId, reason }: { endpointId: string; reason: 'gone' | 'failing' }): void {
    this.note(endpointId, { kind: 'disabled', reason });
  }

  /** A delivery was given up. */
  deliveryFailed(delivery: FailedDelivery): void {
    if (this.closed || delivery.test || isOperational(delivery.eventType)) return;
    this.news.addFailed(delivery, performance.now());
    this.schedule();
  }

  /** Tells what is known, once, and takes no more. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.telling;
    await this.tell(true);
  }

  private note(endpointId: string, state: EndpointState): void {
    if (this.closed) return;
    this.news.addState(endpointId, state, performance.now());
    this.schedule();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.telling = this.tell(false).finally(() => {
        this.timer = undefined;
        if (!this.closed && !this.news.isEmpty) this.schedule();
      });
    }, this.options.gatherMs ?? GATHER_MS).unref();
  }

  private async tell(all: boolean): Promise<void> {
    const taken = this.news.take(performance.now(), BATCH, all);
    if (taken.length === 0) return;
    try {
      const ids = taken.map((news) => news.endpointId);
      const subjects = await readNewsSubjects(this.options.database, ids);
      for (const news of taken) {
        const subject = subjects.get(news.endpointId);
        // Deleted meanwhile, or the operator's own.
        if (subject === undefined || subject.tenantExternalId === OPERATOR_TENANT) continue;
        await this.emit(subject, news).catch((error: Error) => this.keep([news], error));
      }
    } catch (error) {
      this.keep(taken, error as Error);
    }
    if (this.news.dropped > 0) {
      this.options.log.warn({ dropped: this.news.dropped }, 'operational_events.dropped');
      this.news.dropped = 0;
    }
  }

  /** Of two audiences the first may have been told already: better twice than not at all. */
  private keep(untold: News[], error: Error): void {
    const youngest = performance.now() - AGE_MS_MAX;
    const kept = mayPass(error) ? untold.filter((news) => news.since > youngest) : [];
    for (const news of kept) this.news.putBack(news);
    this.options.log.warn(
      { untold: untold.length, kept: kept.length, reason: error.message },
      'operational_events.failed',
    );
  }

  private async emit(subject: NewsSubject, news: News): Promise<void> {
    const tenants = subject.tenantWantsNews
      ? [OPERATOR_TENANT, toPublicId('ten', subject.tenantId)]
      : [OPERATOR_TENANT];
    const { type, data } = toEvent(subject, news);
    const origin = { kind: 'operational' as const, about: subject.endpointId };
    for (const tenant of tenants) {
      await this.options.emitter.emit({ tenant, type, data: JSON.stringify(data), origin }).catch(unlessGone);
    }
  }
}

function mayPass(error: Error): boolean {
  return isDatabaseUnavailable(error) || (error instanceof PosthornError && error.code === 'unavailable');
}

/** A tenant that is gone is told nothing; so an operator who wants no events deletes the tenant for them. */
function unlessGone(error: unknown): void {
  if (!(error instanceof PosthornError && error.code === 'tenant_not_found')) throw error;
}

function toEvent(subject: NewsSubject, news: News): { type: OperationalEventType; data: object } {
  const about = {
    tenantId: toPublicId('ten', subject.tenantId),
    tenantExternalId: subject.tenantExternalId,
    endpointId: toPublicId('ep', subject.endpointId),
    endpointDescription: subject.description,
    // Paths and queries of webhook URLs hold secrets often enough.
    endpointOrigin: new URL(subject.url).origin,
  };
  switch (news.topic) {
    case 'state': {
      const { kind, ...state } = news.state;
      return { type: `endpoint.${kind}`, data: { ...about, ...state } };
    }
    case 'failed':
      return {
        type: 'delivery.failed',
        data: { ...about, count: news.count, deliveries: news.first.map(toDelivery) },
      };
  }
}

function toDelivery(delivery: FailedDelivery): object {
  const { deliveryId, eventId, eventType, attemptCount, statusCode, errorCode } = delivery;
  return {
    id: toPublicId('dlv', deliveryId),
    eventId: toPublicId('evt', eventId),
    eventType,
    attemptCount,
    lastStatusCode: statusCode,
    lastErrorCode: errorCode,
  };
}
