/**
 * Notices a worker that has silently stopped: there is work, and nobody takes it. Neither half alone says anything (an
 * idle dispatcher takes nothing; a busy one always has work waiting), so both are watched over time.
 */
export interface WorkSeen {
  /** Jobs in the queue, or requests that are open. */
  waiting: number;
  /** Changes with every job taken, or attempt completed. */
  progress: number;
}

export class StallWatch {
  private progress = -1;
  private idleSince: number | undefined;

  /** Tells what is seen now; answers for how long there has been work and no progress, in milliseconds. */
  see(work: WorkSeen, nowMs: number): number {
    if (work.waiting === 0 || work.progress !== this.progress) this.idleSince = undefined;
    this.progress = work.progress;
    if (work.waiting === 0) return 0;
    this.idleSince ??= nowMs;
    return nowMs - this.idleSince;
  }
}
