/**
 * Deleting endpoints: hidden at once, their secrets gone for good, their lanes parked for ever. Their deliveries may be
 * a million, so those are canceled after the commit, in batches. A crash in between leaves them pending on an endpoint
 * that is gone; the dispatcher cancels such a delivery when it meets one.
 */
import { statusesBefore } from '../model/delivery.js';
import { log } from '../telemetry/log.js';
import type { Queryable } from './database.js';

/** One endpoint, or all of a tenant's. */
export type DeletionScope = { tenantId: string; endpointId?: string };

/** In the caller's transaction. Answers the endpoints that were there to delete. */
export async function deleteEndpointsOf(sql: Queryable, scope: DeletionScope): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `UPDATE endpoints SET deleted_at = now(), updated_at = clock_timestamp(), headers_sealed = NULL, auth_sealed = NULL,
            tls_sealed = NULL
      WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id = $2) AND deleted_at IS NULL
      RETURNING id`,
    [scope.tenantId, scope.endpointId ?? null],
  );
  const ids = rows.map((row) => row.id);
  await sql.query(`DELETE FROM endpoint_secrets WHERE endpoint_id = ANY ($1)`, [ids]);
  await sql.query(`UPDATE lanes SET parked_until = 'infinity' WHERE endpoint_id = ANY ($1)`, [ids]);
  return ids;
}

/** Short enough to let go of its row locks soon, long enough to be done with a million in a thousand rounds. */
const BATCH = 1_000;

export class DeliveryCanceler {
  private line: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly database: Queryable) {}

  /** Cancels what is owed in this scope. The first batch is awaited, so that small deletions are done when answered. */
  async cancel(scope: DeletionScope): Promise<void> {
    const last = await this.cancelBatch(scope, undefined);
    // One scope after the other: a mass deletion must not take all of the connections.
    if (last !== undefined) this.line = this.line.then(() => this.cancelRest(scope, last));
  }

  /** Stops after the present batch. */
  async close(): Promise<void> {
    this.closed = true;
    await this.line;
  }

  private async cancelRest(scope: DeletionScope, after: string): Promise<void> {
    try {
      let last: string | undefined = after;
      while (last !== undefined && !this.closed) last = await this.cancelBatch(scope, last);
    } catch (error) {
      log.warn({ ...scope, reason: (error as Error).message }, 'deliveries.cancel_interrupted');
    }
  }

  /**
   * Answers the last id of a full batch; undefined when nothing is left. Rows that a dispatcher holds this very moment
   * are passed over: waiting for them in another order than it locks them could end in a deadlock, and it will cancel
   * them itself.
   */
  private async cancelBatch(scope: DeletionScope, after: string | undefined): Promise<string | undefined> {
    const [column, id] =
      scope.endpointId === undefined ? ['tenant_id', scope.tenantId] : ['endpoint_id', scope.endpointId];
    const { rows } = await this.database.query<{ last: string | null; picked: number }>(
      `WITH picked AS (
         SELECT d.id FROM deliveries d
          WHERE d.${column} = $1 AND d.status = ANY ($2::delivery_status[])
            AND ($3::uuid IS NULL OR d.id > $3)
          ORDER BY d.id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
       ), canceled AS (
         UPDATE deliveries d
            SET status = 'canceled', leased = false, epoch = d.epoch + 1, completed_at = now(),
                last_error_code = 'endpoint_deleted'
           FROM picked p WHERE d.id = p.id
       )
       SELECT (SELECT p.id FROM picked p ORDER BY p.id DESC LIMIT 1) AS last, (SELECT count(*) FROM picked) AS picked`,
      [id, statusesBefore('canceled'), after ?? null],
    );
    const { last, picked } = rows[0]!;
    return picked === BATCH && last !== null ? last : undefined;
  }
}
