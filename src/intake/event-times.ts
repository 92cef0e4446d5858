/** When may an event ask to be sent? Judged by the database's clock, like everything that is due. */
import { PosthornError, type FieldProblem } from '../errors.js';
import type { EmitRequest } from '../model/event.js';

const DAY_MS = 86_400_000;
/** Longer is a calendar's business. */
export const DELIVER_AHEAD_DAYS_MAX = 30;

export function isTimed({ deliverAt, expiresAt }: Pick<EmitRequest, 'deliverAt' | 'expiresAt'>): boolean {
  return deliverAt !== undefined || expiresAt !== undefined;
}

/**
 * @param aheadDaysMax how far ahead `deliverAt` may lie
 * @throws PosthornError `validation_failed`
 */
export function checkTimes(request: EmitRequest, nowMs: number, aheadDaysMax: number): void {
  const { deliverAt, expiresAt } = request;
  const problems: FieldProblem[] = [];
  if (deliverAt !== undefined && deliverAt.getTime() > nowMs + aheadDaysMax * DAY_MS) {
    problems.push({ path: 'deliverAt', message: `must be at most ${aheadDaysMax} days ahead` });
  }
  if (expiresAt !== undefined && expiresAt.getTime() <= Math.max(nowMs, deliverAt?.getTime() ?? 0)) {
    problems.push({ path: 'expiresAt', message: 'must be in the future, and after deliverAt' });
  }
  const [first] = problems;
  if (first === undefined) return;
  throw new PosthornError('validation_failed', `${first.path}: ${first.message}.`, { errors: problems });
}
