/** The console's readings, through TypeORM's connections: they must not take those that emit and dispatch. */
import type { DataSource } from 'typeorm';
import {
  readEndpoints,
  readLabels,
  readTroubledEndpoints,
  type EndpointOverviewFilter,
  type EndpointOverviewRow,
  type Labels,
} from './endpoint-overview.js';
import { selecting, transact } from './entity-transaction.js';
import {
  readAttemptBuckets,
  readBacklog,
  readDeliveryBuckets,
  withoutTableScans,
  type AttemptBucket,
  type Backlog,
  type DeliveryBucket,
  type OverviewWindow,
  type Sampled,
} from './overview.js';

export class OverviewStore {
  constructor(private readonly dataSource: DataSource) {}

  deliveryBuckets(window: OverviewWindow): Promise<Sampled<DeliveryBucket>> {
    return readDeliveryBuckets(selecting(this.dataSource), window);
  }

  attemptBuckets(window: OverviewWindow): Promise<Sampled<AttemptBucket>> {
    return readAttemptBuckets(selecting(this.dataSource), window);
  }

  backlog(): Promise<Backlog> {
    return transact(this.dataSource, async ({ sql }) => {
      await withoutTableScans(sql);
      return readBacklog(sql);
    });
  }

  troubledEndpoints(limit: number): Promise<EndpointOverviewRow[]> {
    return readTroubledEndpoints(selecting(this.dataSource), limit);
  }

  endpoints(
    filter: EndpointOverviewFilter,
    page: { before: string | undefined; limit: number },
  ): Promise<EndpointOverviewRow[]> {
    return readEndpoints(selecting(this.dataSource), filter, page);
  }

  labels(ids: Record<keyof Labels, string[]>, tenantId: string | undefined): Promise<Labels> {
    return readLabels(selecting(this.dataSource), ids, tenantId);
  }
}
