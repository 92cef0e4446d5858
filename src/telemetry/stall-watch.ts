/**
 * Notices a worker that has silently stopped: there is work, and nobody takes it. Neither half alone says anything (an
 * idle dispatcher takes nothing; a busy one always has work waiting), so both are watched over time.
 */
export interface WorkSeen {
  /** Jobs that wait in the queue. */
  waitingJobs: number;
  /** Rises with every job taken and every attempt completed. */
  progress: number;
}

export class StallWatch {
  private progress = -1;
  private idleSince: number | undefined;

  /** Tells what is seen now; answers for how long there has been work and no progress, in milliseconds. */
  see(work: WorkSeen, nowMs: number): number {
    if (work.waitingJobs === 0 || work.progress !== this.progress) this.idleSince = undefined;
    this.progress = work.progress;
    if (work.waitingJobs === 0) return 0;
    this.idleSince ??= nowMs;
    return nowMs - this.idleSince;
  }
}
