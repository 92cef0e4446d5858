/**
 * Compiling endpoints' filters. One takes some microseconds, one full of regular expressions milliseconds, and a tenant may
 * have thousands, read anew whenever one of its endpoints changes. So equal filters are compiled once, what was compiled
 * before is kept, and the work is done in slices, between which this process goes on with everybody else's.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Filter } from '../model/filter.js';

/** What a neighbour's emit does not notice. */
const SLICE_MS = 5;

export class CompiledFilters {
  /** By their JSON text. Only those that were asked for: the rest of `before` is let go. */
  private readonly filters = new Map<string, Filter>();
  private sliceBeganMs = performance.now();

  constructor(private before?: CompiledFilters) {}

  /** @param text JSON that was judged when it was saved */
  async of(text: string): Promise<Filter> {
    let filter = this.filters.get(text) ?? this.before?.filters.get(text);
    if (filter === undefined) {
      if (performance.now() - this.sliceBeganMs > SLICE_MS) {
        await nextTurn();
        this.sliceBeganMs = performance.now();
      }
      filter = Filter.stored(JSON.parse(text));
    }
    this.filters.set(text, filter);
    return filter;
  }

  /** No more are asked for. */
  done(): void {
    this.before = undefined;
  }
}
