/** Puts the overview together: one reading serves everybody who asks within five seconds. */
import { toPublicId } from '../../model/id.js';
import type { Clock } from '../../store/clock.js';
import type { EndpointOverviewRow } from '../../store/endpoint-overview.js';
import type { OverviewStore } from '../../store/overview-store.js';
import {
  BACKLOG_COUNTED_MAX,
  type AttemptBucket,
  type Backlog,
  type DeliveryBucket,
  type Sampled,
} from '../../store/overview.js';
import { BriefMemory } from '../brief-memory.js';
import type {
  AttemptTotals,
  OverviewBacklog,
  DeliveryCounts,
  EndpointOverview,
  Overview,
  OverviewBucket,
  OverviewWindowName,
} from './overview.dto.js';

const SHOWN_MS = 5_000;
const TROUBLED_MAX = 20;

/** As many bars as a laptop's width shows well. */
const windows: Record<OverviewWindowName, { bucketMs: number; buckets: number }> = {
  '1h': { bucketMs: 60_000, buckets: 60 },
  '24h': { bucketMs: 1_800_000, buckets: 48 },
  '7d': { bucketMs: 3 * 3_600_000, buckets: 56 },
};

export class OverviewReader {
  private readonly memory = new BriefMemory<Overview>(SHOWN_MS, Object.keys(windows).length);

  constructor(
    private readonly store: OverviewStore,
    private readonly clock: Clock,
  ) {}

  read(name: OverviewWindowName): Promise<Overview> {
    return this.memory.recall(name, () => this.ask(name));
  }

  private async ask(name: OverviewWindowName): Promise<Overview> {
    const { bucketMs, buckets } = windows[name];
    // Whole buckets, the running one included: bars do not change their share of time between readings.
    const toMs = Math.ceil(this.clock.nowMs() / bucketMs) * bucketMs;
    const fromMs = toMs - bucketMs * buckets;
    const window = { from: new Date(fromMs), to: new Date(toMs), buckets };
    // One after the other: the API has few connections, and others are waiting for them too.
    const deliveries = await this.store.deliveryBuckets(window);
    const attempts = await this.store.attemptBuckets(window);
    const backlog = await this.store.backlog();
    const troubled = await this.store.troubledEndpoints(TROUBLED_MAX);
    return {
      from: window.from,
      to: window.to,
      bucketSeconds: bucketMs / 1_000,
      estimated: deliveries.share < 1 || attempts.share < 1,
      deliveries: countsOf(deliveries, () => true),
      attempts: totalsOf(attempts),
      buckets: Array.from({ length: buckets }, (_, index) => ({
        at: new Date(fromMs + index * bucketMs),
        ...countsOf(deliveries, ({ bucket }) => bucket === index),
        ...attemptsIn(attempts, index),
      })),
      backlog: overviewBacklog(backlog),
      troubledEndpoints: troubled.map(endpointOverview),
    };
  }
}

function countsOf(
  { rows, share }: Sampled<DeliveryBucket>,
  belongs: (row: DeliveryBucket) => boolean,
): DeliveryCounts {
  const counts: DeliveryCounts = { succeeded: 0, failed: 0, pending: 0, canceled: 0 };
  for (const row of rows) if (belongs(row)) counts[row.status] += row.count;
  for (const status of Object.keys(counts) as (keyof DeliveryCounts)[]) {
    counts[status] = Math.round(counts[status] / share);
  }
  return counts;
}

function totalsOf({ rows, share }: Sampled<AttemptBucket>): AttemptTotals {
  const total = rows.find(({ bucket }) => bucket === null);
  return {
    attempts: Math.round((total?.attempts ?? 0) / share),
    failures: Math.round((total?.failures ?? 0) / share),
    p50Ms: total?.p50 ?? null,
    p95Ms: total?.p95 ?? null,
    p99Ms: total?.p99 ?? null,
  };
}

function attemptsIn(
  { rows, share }: Sampled<AttemptBucket>,
  index: number,
): Pick<OverviewBucket, 'attempts' | 'attemptFailures' | 'p50Ms' | 'p95Ms'> {
  const row = rows.find(({ bucket }) => bucket === index);
  return {
    attempts: Math.round((row?.attempts ?? 0) / share),
    attemptFailures: Math.round((row?.failures ?? 0) / share),
    p50Ms: row?.p50 ?? null,
    p95Ms: row?.p95 ?? null,
  };
}

function overviewBacklog(backlog: Backlog): OverviewBacklog {
  const { waiting, underWay } = backlog;
  return { ...backlog, capped: waiting >= BACKLOG_COUNTED_MAX || underWay >= BACKLOG_COUNTED_MAX };
}

export function endpointOverview(row: EndpointOverviewRow): EndpointOverview {
  return { ...row, id: toPublicId('ep', row.id), tenantId: toPublicId('ten', row.tenantId) };
}
