/**
 * Support may see what customers' events carry and what receivers answer; that somebody did is in the audit log before it
 * is answered. A page that refreshes itself is one reading, not hundreds: the same thing read again by the same key within
 * minutes is not written again. A portal's reader is the customer, unless the link was made by support.
 */
import { toPublicId } from '../model/id.js';
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
    const keyId = supportBehind(reader);
    if (keyId === undefined) return;
    const details = reader.kind === 'portal' ? { linkMadeBy: toPublicId('key', keyId) } : {};
    await this.written.recall(`${reader.kind} ${keyId} ${reading.action} ${reading.targetId}`, () =>
      recordAudit(this.database, this.clock, { ...source, ...reading, details }),
    );
  }

  /** Before a filter is applied: what was searched for is not written down. */
  async recordSearch(
    reader: Principal,
    source: AuditSource,
    { search, tenant }: { search?: string; tenant?: string },
    tenantId: string | undefined,
  ): Promise<void> {
    if (search === undefined) return;
    const reading = {
      action: 'payloads.searched',
      tenantId: tenantId ?? null,
      targetId: tenant ?? '*',
    } as const;
    await this.record(reader, source, reading);
  }
}

/** The support key that reads, by itself or through a portal link that it made; undefined: somebody else does. */
function supportBehind(reader: Principal): string | undefined {
  if (reader.kind === 'portal') return reader.openedBySupport;
  return reader.role === 'support' && reader.payloadAccess ? reader.id : undefined;
}
