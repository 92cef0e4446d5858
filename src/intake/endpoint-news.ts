/**
 * News about endpoints, gathered until they are told. An endpoint is told of once in a while at most, however much
 * happens to it: of its state only the latest counts, of its failed deliveries their number and the first few.
 *
 * Bounded: when news of too many endpoints waits, further ones are left out and counted. Nothing here waits or fails.
 */
import type { FailedDelivery } from '../model/operational-event.js';

export type EndpointState =
  | { kind: 'failing'; reason: string | null; failingSince: Date | null; disabledAt: Date | null }
  | { kind: 'disabled'; reason: 'gone' | 'failing' }
  | { kind: 'recovered'; reason: string };

export interface News {
  endpointId: string;
  state: EndpointState | undefined;
  failed: { count: number; first: FailedDelivery[] } | undefined;
  /** On the monotonic clock: since when the oldest of it waits. */
  since: number;
}

interface Entry {
  news: News | undefined;
  /** Nothing more of this endpoint before. */
  quietUntil: number;
  told: EndpointState['kind'] | undefined;
}

const ENDPOINTS_MAX = 10_000;
/** Deliveries that are named in one event; the rest is a number, and a query of the log away. */
const NAMED_MAX = 20;

export class EndpointNews {
  private readonly entries = new Map<string, Entry>();
  /** News left out because too many endpoints had some. */
  dropped = 0;

  constructor(private readonly quietMs: number) {}

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  addState(endpointId: string, state: EndpointState, now: number): void {
    const news = this.newsOf(endpointId, now);
    if (news !== undefined) news.state = state;
  }

  addFailed(delivery: FailedDelivery, now: number): void {
    const news = this.newsOf(delivery.endpointId, now);
    if (news === undefined) return;
    news.failed ??= { count: 0, first: [] };
    news.failed.count++;
    if (news.failed.first.length < NAMED_MAX) news.failed.first.push(delivery);
  }

  /** Takes what may be told now; `all`: although it is too early. */
  take(now: number, limit: number, all = false): News[] {
    const taken: News[] = [];
    for (const [endpointId, entry] of this.entries) {
      if (taken.length === limit) break;
      if (!all && entry.quietUntil > now) continue;
      if (entry.news === undefined) {
        this.entries.delete(endpointId);
        continue;
      }
      const { news } = entry;
      if (news.state?.kind === entry.told) news.state = undefined; // it went to and fro, and is where it was
      entry.told = news.state?.kind ?? entry.told;
      entry.news = undefined;
      entry.quietUntil = now + this.quietMs;
      if (news.state !== undefined || news.failed !== undefined) taken.push(news);
    }
    return taken;
  }

  /** News that could not be told is kept for another try, under what has come since. */
  putBack(news: News): void {
    const entry = this.entries.get(news.endpointId);
    if (entry === undefined) return;
    entry.told = undefined;
    const later = entry.news;
    if (later === undefined) {
      entry.news = news;
      return;
    }
    later.since = news.since;
    later.state ??= news.state;
    if (news.failed === undefined) return;
    const first = [...news.failed.first, ...(later.failed?.first ?? [])].slice(0, NAMED_MAX);
    later.failed = { count: news.failed.count + (later.failed?.count ?? 0), first };
  }

  private newsOf(endpointId: string, now: number): News | undefined {
    let entry = this.entries.get(endpointId);
    if (entry === undefined) {
      if (this.entries.size >= ENDPOINTS_MAX) {
        this.dropped++;
        return undefined;
      }
      entry = { news: undefined, quietUntil: -Infinity, told: undefined };
      this.entries.set(endpointId, entry);
    }
    entry.news ??= { endpointId, state: undefined, failed: undefined, since: now };
    return entry.news;
  }
}
