/** Retention of thirty days for everything, without its timetable. */
import { pino, type Logger } from 'pino';
import type { Database } from '../../src/store/database.js';
import type { RetentionPolicy } from '../../src/upkeep/retention-policy.js';
import { Retention } from '../../src/upkeep/retention.js';

export function thirtyDays(
  database: Database,
  changes: Partial<RetentionPolicy> = {},
  { nowMs = Date.now(), log = pino({ level: 'silent' }) }: { nowMs?: number; log?: Logger } = {},
): Retention {
  const policy = {
    eventsDays: 30,
    deliveriesDays: 30,
    attemptsDays: 30,
    auditDays: 30,
    idempotencyDays: 30,
    lifetimeDays: 29,
    scheduledLifetimeDays: 4,
    keptDays: 30,
    exportDir: undefined,
    exportBucket: undefined,
    ...changes,
  };
  return new Retention({ database, policy, nowMs: () => nowMs, log });
}
