/** What people do to single deliveries, each together with its audit record in one transaction. */
import { PosthornError } from '../../errors.js';
import { toPublicId } from '../../model/id.js';
import { cancelDelivery } from '../../replay/cancel-delivery.js';
import { replayDelivery } from '../../replay/replay-delivery.js';
import type { ApiPool } from '../../store/api-pool.js';
import { recordAudit, type AuditSource } from '../../store/audit.js';
import type { Clock } from '../../store/clock.js';
import type { Queryable } from '../../store/database.js';
import type { LockedDelivery } from '../../store/delivery-control.js';
import { findDelivery, type DeliveryDetails } from '../../store/delivery-log.js';

/** The delivery, and the only tenant whose deliveries the caller may reach. */
export interface ReachedDelivery {
  deliveryId: string;
  tenantId: string | undefined;
}

export class DeliveryActions {
  constructor(
    private readonly pool: ApiPool,
    private readonly clock: Clock,
  ) {}

  /** @throws PosthornError `delivery_not_found`, `delivery_not_replayable`, `endpoint_deleted` */
  replay(delivery: ReachedDelivery, source: AuditSource): Promise<DeliveryDetails> {
    return this.act(delivery, 'delivery.replayed', source, replayDelivery);
  }

  /** @throws PosthornError `delivery_not_found`, `delivery_not_cancelable` */
  cancel(delivery: ReachedDelivery, source: AuditSource): Promise<DeliveryDetails> {
    return this.act(delivery, 'delivery.canceled', source, cancelDelivery);
  }

  private act(
    delivery: ReachedDelivery,
    action: string,
    source: AuditSource,
    change: (transaction: Queryable, delivery: ReachedDelivery) => Promise<LockedDelivery>,
  ): Promise<DeliveryDetails> {
    return this.pool.transaction(async (transaction) => {
      const { tenantId, status } = await change(transaction, delivery);
      await recordAudit(transaction, this.clock, {
        ...source,
        action,
        tenantId,
        targetId: toPublicId('dlv', delivery.deliveryId),
        details: { status },
      });
      // As it is by this very change: a moment later it may have been sent.
      const changed = await findDelivery(transaction, delivery.deliveryId, delivery.tenantId);
      if (changed === undefined) throw new PosthornError('delivery_not_found');
      return changed;
    });
  }
}
