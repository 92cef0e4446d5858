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
  /**
   * How many rows a turn may read, ascending. The first turn reads just enough for a page where every row fits; the next
   * ones more, as far as the time allows. They are few, because each is a statement of its own (see delivery-log.ts).
   */
  sizes: readonly number[];
  /** No turn is begun that would end later, going by the one before it. */
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
  const startedAt = bounds.nowMs();
  let size = bounds.sizes.find((one) => one > bounds.limit) ?? bounds.sizes.at(-1)!;
  for (let roundAt = startedAt; ;) {
    for (const one of walks) {
      await one.turn(size);
      if (one.isDone) return one.page();
    }
    const now = bounds.nowMs();
    const next = nextSize(bounds.sizes, size, now - roundAt, startedAt + bounds.timeMs - now);
    if (next === undefined) return furthest(walks).page();
    size = next;
    roundAt = now;
  }
}

/** The largest that fits into the time that is left, if a row costs what it cost in the last round; and no leap. */
function nextSize(
  sizes: readonly number[],
  last: number,
  lastTookMs: number,
  leftMs: number,
): number | undefined {
  return sizes.findLast((size) => size <= last * LEAP_MAX && (lastTookMs * size) / last <= leftMs);
}

/** A small turn costs more for each row than a large one, and says little about what a much larger one would take. */
const LEAP_MAX = 4;

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
