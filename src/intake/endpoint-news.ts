/**
 * News about endpoints, gathered until they are told. Each endpoint has two topics, its state and its failed deliveries,
 * and of each it is told of once in a while at most, however much happens: of its state the latest counts, of its failed
 * deliveries their number and the first few.
 *
 * Bounded: when too much news waits, what comes besides is left out and counted. Nothing here waits or fails.
 */
import type { FailedDelivery } from '../model/operational-event.js';

export type EndpointState =
  | { kind: 'failing'; reason: string | null; failingSince: Date | null; disabledAt: Date | null }
  | { kind: 'disabled'; reason: 'gone' | 'failing' }
  | { kind: 'recovered'; reason: string };

export type News = {
  endpointId: string;
  /** On the monotonic clock: since when the oldest of it waits. */
  since: number;
} & ({ topic: 'state'; state: EndpointState } | { topic: 'failed'; count: number; first: FailedDelivery[] });

interface Entry {
  news: News | undefined;
  /** Nothing more of this before. */
  quietUntil: number;
  told: EndpointState['kind'] | undefined;
}

/** Two for each endpoint that there is news of. */
const ENTRIES_MAX = 20_000;
/** Deliveries that are named in one event; the rest is a number, and a query of the log away. */
const NAMED_MAX = 20;

export class EndpointNews {
  private readonly entries = new Map<string, Entry>();
  /** News left out because there was too much. */
  dropped = 0;

  constructor(private readonly quietMs: number) {}

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  addState(endpointId: string, state: EndpointState, now: number): void {
    this.add({ topic: 'state', endpointId, state, since: now });
  }

  addFailed(delivery: FailedDelivery, now: number): void {
    const { endpointId } = delivery;
    this.add({ topic: 'failed', endpointId, count: 1, first: [delivery], since: now });
  }

  /** Takes what may be told now; `all`: although it is too early. */
  take(now: number, limit: number, all = false): News[] {
    const taken: News[] = [];
    for (const [key, entry] of this.entries) {
      if (taken.length === limit) break;
      if (!all && entry.quietUntil > now) continue;
      const { news } = entry;
      if (news === undefined) {
        this.entries.delete(key);
        continue;
      }
      entry.news = undefined;
      // It went to and fro, and is what it was said to be.
      if (news.topic === 'state' && news.state.kind === entry.told) continue;
      entry.told = news.topic === 'state' ? news.state.kind : undefined;
      entry.quietUntil = now + this.quietMs;
      taken.push(news);
    }
    return taken;
  }

  /** News that could not be told waits for another try, behind what has come since. */
  putBack(news: News): void {
    const entry = this.entries.get(keyOf(news));
    if (entry === undefined) return;
    entry.told = undefined;
    entry.news = entry.news === undefined ? news : together(news, entry.news);
  }

  private add(news: News): void {
    const key = keyOf(news);
    const entry = this.entries.get(key);
    if (entry !== undefined) {
      entry.news = entry.news === undefined ? news : together(entry.news, news);
    } else if (this.entries.size < ENTRIES_MAX) {
      this.entries.set(key, { news, quietUntil: -Infinity, told: undefined });
    } else {
      this.dropped++;
    }
  }
}

function keyOf({ topic, endpointId }: News): string {
  return `${topic} ${endpointId}`;
}

function together(earlier: News, later: News): News {
  const { since } = earlier;
  if (earlier.topic !== 'failed' || later.topic !== 'failed') return { ...later, since };
  const first = [...earlier.first, ...later.first].slice(0, NAMED_MAX);
  return { ...later, since, first, count: earlier.count + later.count };
}
