/**
 * Reads a page of a large table in a bounded time, whatever is asked for. The planner cannot promise that: asked for
 * the newest 50 rows with two conditions, it guesses which index will find them soon, and a wrong guess (a tenant whose
 * failures all lie three weeks back) reads ten million rows.
 *
 * So nothing is left to guess. A walk goes down one index from the newest id, a fixed number of rows at a time, and
 * each row is held against the other conditions once it is read. Where several indexes could serve, their walks take
 * turns, and the first to fill the page or to reach the end wins: the cost is that of the best one, times their number.
 *
 * What it trades away: when the bound is reached first, the page is short, perhaps empty, and yet not the last. It
 * says so by the id that it came down to.
 */
export interface Rows<Row> {
  /** Of the rows read, those that fit all conditions, newest first. */
  matching: Row[];
  /** How many were read; fewer than asked for: there are no more. */
  walked: number;
  /** The lowest id that was read. */
  position: string | null;
}

/** Reads up to `rowsMax` rows below `before` along one index, and answers the newest `limit` of those that match. */
export type Step<Row> = (rowsMax: number, before: string, limit: number) => Promise<Rows<Row>>;

export interface WalkBounds {
  /** Where to begin: only lower ids are read. */
  before: string;
  limit: number;
  /** Rows that a walk reads in its first turn, which is often enough, and in each one after it. */
  rowsFirst: number;
  rowsFollowing: number;
  /** When no further turn is begun. */
  timeMs: number;
  /** A monotonic clock. */
  nowMs: () => number;
}

export interface WalkedPage<Row> {
  rows: Row[];
  /** Below this id the next page begins; null: this is the last one. */
  next: string | null;
}

export async function walk<Row extends { id: string }>(
  steps: Step<Row>[],
  bounds: WalkBounds,
): Promise<WalkedPage<Row>> {
  const walks = steps.map((step) => new Walk(step, bounds.before, bounds.limit));
  const deadline = bounds.nowMs() + bounds.timeMs;
  for (let rowsMax = bounds.rowsFirst; ; rowsMax = bounds.rowsFollowing) {
    for (const one of walks) {
      await one.turn(rowsMax);
      if (one.isDone) return one.page();
    }
    if (bounds.nowMs() >= deadline) return furthest(walks).page();
  }
}

class Walk<Row extends { id: string }> {
  private readonly found: Row[] = [];
  private atEnd = false;

  constructor(
    private readonly step: Step<Row>,
    /** Every row from here upwards has been looked at. */
    public position: string,
    private readonly limit: number,
  ) {}

  async turn(rowsMax: number): Promise<void> {
    // One more than wanted tells a page that is full from one that is also the last.
    const limit = this.limit + 1 - this.found.length;
    const { matching, walked, position } = await this.step(rowsMax, this.position, limit);
    this.found.push(...matching);
    this.atEnd = walked < rowsMax;
    this.position = position ?? this.position;
  }

  get isDone(): boolean {
    return this.atEnd || this.found.length >= this.limit;
  }

  page(): WalkedPage<Row> {
    const rows = this.found.slice(0, this.limit);
    if (this.found.length > this.limit) return { rows, next: rows[this.limit - 1]!.id };
    return { rows, next: this.atEnd ? null : this.position };
  }
}

/** Ids are compared as text: lower-case UUIDs sort the same either way. */
function furthest<Row extends { id: string }>(walks: Walk<Row>[]): Walk<Row> {
  return walks.reduce((best, one) => (one.position < best.position ? one : best));
}
