/**
 * The API's side of listeners: a listener asks what there is for it and is kept waiting until there is something. All that
 * wait in this process are asked for with one query, and while nobody waits nothing is asked at all.
 *
 * A request that was taken and whose listener has hung up meanwhile is lost to it; its attempt times out and is tried again.
 */
import type { Logger } from 'pino';
import type { Queryable } from '../store/database.js';
import { takeListenerRequests, type TakenRequest } from '../store/listener-requests.js';

/** As often as an answer is asked for on the other side (hand-over.ts). */
const LOOK_EVERY_MS = 100;
/** Requests taken in one look, over all that wait: in memory until they are written out. */
const TAKEN_MAX = 50;

interface Waiting {
  deadline: number;
  settle: (requests: TakenRequest[]) => void;
}

export class PickUp {
  private readonly waiting = new Map<string, Waiting>();
  private looking: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly database: Queryable,
    private readonly log: Logger,
  ) {}

  /**
   * What there is for this listener, as soon as there is something; nothing after `waitMs`. A listener waits once: who asks a
   * second time, because its connection was lost, ends the first one's wait.
   * @param hungUp tells that nobody reads the answer any more
   */
  wait(listenerId: string, waitMs: number, hungUp: AbortSignal): Promise<TakenRequest[]> {
    this.letGo(listenerId);
    if (this.closed || hungUp.aborted) return Promise.resolve([]);
    return new Promise((resolve) => {
      const waiting: Waiting = {
        deadline: performance.now() + waitMs,
        settle: (requests) => {
          if (this.waiting.get(listenerId) === waiting) this.waiting.delete(listenerId);
          resolve(requests);
        },
      };
      this.waiting.set(listenerId, waiting);
      hungUp.addEventListener('abort', () => waiting.settle([]), { once: true });
      this.looking ??= this.look();
    });
  }

  /** The listener has ended. */
  letGo(listenerId: string): void {
    this.waiting.get(listenerId)?.settle([]);
  }

  /** Lets everybody go with nothing: they ask again, and another process answers. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { settle } of [...this.waiting.values()]) settle([]);
    await this.looking;
  }

  private async look(): Promise<void> {
    while (this.waiting.size > 0) {
      try {
        const taken = await takeListenerRequests(this.database, [...this.waiting.keys()], TAKEN_MAX);
        for (const listenerId of new Set(taken.map((request) => request.listenerId))) {
          this.waiting.get(listenerId)?.settle(taken.filter((request) => request.listenerId === listenerId));
        }
      } catch (error) {
        this.log.debug({ reason: (error as Error).message }, 'listener.pick_up_failed');
      }
      for (const { deadline, settle } of [...this.waiting.values()]) {
        if (performance.now() >= deadline) settle([]);
      }
      if (this.waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    this.looking = undefined;
  }
}
