/** How far work in the background is, in words. */
import { duration, inFull } from '../kit/words.js';

export interface Work {
  status: string;
  total: number;
  done: number;
  /** ISO 8601. */
  createdAt: string;
}

/** Quarters: who listens is told four times, not at every look. */
const TOLD_PERCENT = 25;

/** By how fast it went so far; before that can be said, that it starts. */
export function timeLeft({ total, done, createdAt }: Work, nowMs: number): string {
  const tookMs = nowMs - new Date(createdAt).getTime();
  if (done === 0 || tookMs < 1_000) return 'starting';
  const leftMs = (Math.max(0, total - done) / done) * tookMs;
  return `about ${duration(Math.max(1_000, leftMs))} left`;
}

/** For a live region: changes when the work ends, and at every quarter of it. */
export function milestone(name: string, { status, total, done }: Work): string {
  if (status !== 'running') return `${name} ${status}: ${inFull(done)} of ${inFull(total)} done`;
  const percent = total === 0 ? 0 : Math.floor((done / total) * (100 / TOLD_PERCENT)) * TOLD_PERCENT;
  return percent === 0 ? `${name} running` : `${name} running: ${Math.min(100, percent)} % done`;
}
