/**
 * Support may see what customers' events carry and what receivers answer; that somebody did is in the audit log before it
 * is answered. A page that refreshes itself is one reading, not hundreds: the same thing read again by the same key within
 * minutes is not written again.
 */
import { recordAudit, type AuditSource } from '../store/audit.js';
import type { Clock } from '../store/clock.js';
import type { Queryable } from '../store/database.js';
import { BriefMemory } from './brief-memory.js';
import type { Principal } from './principal.js';

const SAME_READING_MS = 10 * 60_000;
const READINGS_REMEMBERED_MAX = 10_000;

/** `payload.read`: an event's data; `answers.read`: what a receiver answered; `payloads.searched`: a text was looked for. */
export type PayloadReading = 'payload.read' | 'answers.read' | 'payloads.searched';

export class PayloadReads {
  private readonly written = new BriefMemory<void>(SAME_READING_MS, READINGS_REMEMBERED_MAX);

  constructor(
    private readonly database: Queryable,
    private readonly clock: Clock,
  ) {}

  /**
   * Before the answer: one that cannot be written down is not given.
   * @param tenantId the tenant's UUID; null for all tenants
   * @param targetId the public id of what is read; what was searched is not said, since it may be a customer's secret
   */
  async record(
    reader: Principal,
    source: AuditSource,
    reading: { action: PayloadReading; tenantId: string | null; targetId: string },
  ): Promise<void> {
    if (reader.kind !== 'key' || reader.role !== 'support' || !reader.payloadAccess) return;
    await this.written.recall(`${reader.id} ${reading.action} ${reading.targetId}`, () =>
      recordAudit(this.database, this.clock, { ...source, ...reading }),
    );
  }
}
