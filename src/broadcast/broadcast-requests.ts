/**
 * What people ask of broadcasts: do it, stop it. Doing it is left to the runners (broadcast-runner.ts); here it is only
 * written down, together with its audit record. A crash before the commit leaves nothing; after it, a runner finds it.
 */
import { createHash } from 'node:crypto';
import { PosthornError } from '../errors.js';
import { newUuid, toPublicId } from '../model/id.js';
import { recordAudit, type AuditSource } from '../store/audit.js';
import { countTenants } from '../store/broadcast-audience.js';
import {
  endBroadcast,
  findBroadcast,
  findBroadcastByKey,
  insertBroadcast,
  type Broadcast,
} from '../store/broadcasts.js';
import type { Clock } from '../store/clock.js';
import type { Database, Queryable } from '../store/database.js';

export interface BroadcastRequest {
  type: string;
  /** JSON text. */
  data: string;
  tags?: string[];
  occurredAt?: Date;
  hops?: number;
  /** UUIDs, each once; undefined: whoever has an endpoint that matches. */
  tenantIds: string[] | undefined;
  idempotencyKey?: string;
}

export interface BroadcastRequestsOptions {
  database: Database;
  clock: Clock;
  /** Throws when the catalog lets nobody emit it. */
  checkByCatalog: (event: { type: string; data: string }) => Promise<void>;
  /** Tells this process's runner. */
  nudge: () => void;
}

export class BroadcastRequests {
  constructor(private readonly options: BroadcastRequestsOptions) {}

  /**
   * Accepts it; it is begun at once. Asked for again under the same key, it is answered with what the first has come to.
   * @throws PosthornError `event_type_reserved`, `event_type_archived`, `event_data_invalid`, `idempotency_key_reused`
   */
  async start(
    request: BroadcastRequest,
    source: AuditSource,
  ): Promise<{ broadcast: Broadcast; replayed: boolean }> {
    const { database, clock, checkByCatalog, nudge } = this.options;
    const nowMs = clock.nowMs();
    const requestHash = hashOf(request);
    const { idempotencyKey } = request;
    // What was begun under this key is told of whatever has become of the catalog since.
    const begun = idempotencyKey !== undefined && (await findBroadcastByKey(database, idempotencyKey));
    if (!begun) await checkByCatalog(request);
    const total = request.tenantIds?.length ?? (await countTenants(database));
    const started = await database.transaction(async (transaction) => {
      const broadcast = await insertBroadcast(transaction, {
        id: newUuid(nowMs),
        type: request.type,
        data: request.data,
        tags: request.tags ?? [],
        occurredAt: request.occurredAt ?? new Date(nowMs),
        hops: request.hops ?? 0,
        tenantIds: request.tenantIds ?? null,
        requestHash,
        total,
        createdBy: source.actor.id ?? source.actor.kind,
        idempotencyKey: idempotencyKey ?? null,
      });
      if (broadcast !== undefined) await this.audit(transaction, 'broadcast.created', broadcast, source);
      return broadcast;
    });
    if (started === undefined) return this.earlier(idempotencyKey!, requestHash);
    nudge();
    return { broadcast: started, replayed: false };
  }

  /** Events that were emitted until now stay. @throws PosthornError `broadcast_not_found`, `broadcast_not_running` */
  async cancel(broadcastId: string, source: AuditSource): Promise<Broadcast> {
    return this.options.database.transaction(async (transaction) => {
      const ended = await endBroadcast(transaction, broadcastId, { status: 'canceled' });
      const broadcast = await findBroadcast(transaction, broadcastId);
      if (broadcast === undefined) throw new PosthornError('broadcast_not_found');
      if (!ended) throw new PosthornError('broadcast_not_running');
      await this.audit(transaction, 'broadcast.canceled', broadcast, source);
      return broadcast;
    });
  }

  private async earlier(
    key: string,
    requestHash: Buffer,
  ): Promise<{ broadcast: Broadcast; replayed: boolean }> {
    const broadcast = await findBroadcastByKey(this.options.database, key);
    // Between the insert that found it and this, retention may have taken it away.
    if (broadcast === undefined) throw new PosthornError('unavailable', undefined, { retryAfterSeconds: 1 });
    if (!broadcast.requestHash.equals(requestHash)) throw new PosthornError('idempotency_key_reused');
    return { broadcast, replayed: true };
  }

  private audit(
    transaction: Queryable,
    action: string,
    { id, type, tenantIds, total, emitted }: Broadcast,
    source: AuditSource,
  ): Promise<void> {
    return recordAudit(transaction, this.options.clock, {
      ...source,
      action,
      tenantId: null,
      targetId: toPublicId('bct', id),
      details: { type, tenants: tenantIds === null ? 'all' : 'listed', total, emitted },
    });
  }
}

/** Of what was asked for, so that another request under the same key is noticed. */
function hashOf({ type, data, tags, occurredAt, tenantIds }: BroadcastRequest): Buffer {
  const fields = [type, tags ?? [], occurredAt?.toISOString() ?? null, tenantIds ?? null];
  return createHash('sha256').update(JSON.stringify(fields)).update('\n').update(data).digest();
}
