/**
 * Remembers answers for a moment, so that a page which asks the same thing in ten requests costs one query. Whoever
 * asks while an answer is on its way waits for that one. What is remembered may be as old as `trustedMs`.
 */
export class BriefMemory<T> {
  private readonly entries = new Map<string, { askedAtMs: number; answer: Promise<T> }>();

  /** @param nowMs a monotonic clock */
  constructor(
    private readonly trustedMs: number,
    private readonly entriesMax: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  recall(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key);
    const nowMs = this.nowMs();
    if (known !== undefined && nowMs - known.askedAtMs < this.trustedMs) return known.answer;
    const entry = { askedAtMs: nowMs, answer: ask() };
    this.entries.delete(key);
    if (this.entries.size >= this.entriesMax) this.entries.delete(this.entries.keys().next().value!);
    this.entries.set(key, entry);
    // A failure is not an answer: the next one asks again.
    entry.answer.catch(() => this.entries.get(key) === entry && this.entries.delete(key));
    return entry.answer;
  }

  /** After a change in this process; others hear of it when what they remember is too old. */
  forget(key: string): void {
    this.entries.delete(key);
  }
}
