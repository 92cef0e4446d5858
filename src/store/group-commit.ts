/**
 * Concurrent callers share one commit. A commit costs a round trip and an fsync whether it holds one row or two
 * hundred, so whoever arrives while a commit is on its way waits for the next one and rides along. No timer: with
 * light traffic a group is a single item and nobody waits for company.
 *
 * Every caller gets the answer of its own item, after the commit that holds it. Durability is not traded away.
 *
 * A group that fails is split in halves until the item that cannot be stored stands alone, so that one bad row
 * never fails its neighbours. When the database itself is away, splitting would only multiply the waiting:
 * `isFatal` says so, and the whole group is rejected.
 */
export interface GroupCommitOptions<Item, Answer> {
  /** Commits the items, all or none, and answers one for each, in their order. */
  commit: (items: Item[]) => Promise<Answer[]>;
  /** Items in a group at most. */
  itemsMax: number;
  /** Groups on their way at the same time; each holds a connection. */
  groupsMax: number;
  /** Callers waiting at most; more are rejected at once with `overflow()`. */
  waitingMax: number;
  overflow: () => Error;
  isFatal: (error: unknown) => boolean;
  /** Told of every group: how many items, and how long the first of them waited and the commit took, in ms. */
  observe?: (items: number, waitedMs: number, tookMs: number) => void;
}

interface Waiter<Item, Answer> {
  item: Item;
  since: number;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

export class GroupCommit<Item, Answer> {
  private waiting: Waiter<Item, Answer>[] = [];
  private groupsOnTheirWay = 0;
  private idle: (() => void)[] = [];

  constructor(private readonly options: GroupCommitOptions<Item, Answer>) {}

  submit(item: Item): Promise<Answer> {
    if (this.waiting.length >= this.options.waitingMax) return Promise.reject(this.options.overflow());
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, since: performance.now(), resolve, reject });
      // The first waiter of this turn of the event loop sends the group off at its end: requests that were read
      // from their sockets together are stored together.
      if (this.waiting.length === 1) setImmediate(() => this.sendOff());
    });
  }

  /** Resolves when nothing waits and nothing is on its way. */
  async drain(): Promise<void> {
    if (this.waiting.length === 0 && this.groupsOnTheirWay === 0) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private sendOff(): void {
    while (this.waiting.length > 0 && this.groupsOnTheirWay < this.options.groupsMax) {
      const group =
        this.waiting.length <= this.options.itemsMax
          ? this.waiting
          : this.waiting.slice(0, this.options.itemsMax);
      this.waiting = group === this.waiting ? [] : this.waiting.slice(this.options.itemsMax);
      this.groupsOnTheirWay++;
      void this.commitGroup(group).finally(() => {
        this.groupsOnTheirWay--;
        this.sendOff();
        if (this.waiting.length === 0 && this.groupsOnTheirWay === 0) {
          for (const resolve of this.idle.splice(0)) resolve();
        }
      });
    }
  }

  private async commitGroup(group: Waiter<Item, Answer>[]): Promise<void> {
    const startedAt = performance.now();
    try {
      const answers = await this.options.commit(group.map((waiter) => waiter.item));
      for (const [index, waiter] of group.entries()) waiter.resolve(answers[index]!);
      this.options.observe?.(group.length, startedAt - group[0]!.since, performance.now() - startedAt);
    } catch (error) {
      if (group.length === 1 || this.options.isFatal(error)) {
        for (const waiter of group) waiter.reject(error);
        return;
      }
      const middle = group.length >> 1;
      await this.commitGroup(group.slice(0, middle));
      await this.commitGroup(group.slice(middle));
    }
  }
}
