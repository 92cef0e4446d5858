/**
 * Brings outcomes to the endpoints' shared health, several at a time. Results of an endpoint that is well and
 * succeeds are not brought at all: they change nothing.
 */
import type { Logger } from 'pino';
import { toPublicId } from '../model/id.js';
import type { Database } from '../store/database.js';
import { disableEndpoint, reportLanes, type LaneChange, type LaneReport } from '../store/lane-health.js';
import type { LaneListener } from '../store/lane-listener.js';
import type { LoadedDelivery } from '../store/load-deliveries.js';
import type { Outcome } from './outcome.js';

/**
 * A pause between two reports. A report locks its lanes' rows, and a scheduler skips lanes that are locked: reporting
 * back to back would keep it from ever looking at an endpoint that is busy recovering.
 */
const PAUSE_MS = 100;
/** Results kept for an endpoint while the database is busy; older ones tell nothing new. */
const RESULTS_MAX = 200;

export class HealthReporter {
  private pending = new Map<string, LaneReport>();
  private flushing: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly log: Logger,
    private readonly listener?: LaneListener,
  ) {}

  report(delivery: LoadedDelivery, outcome: Outcome): void {
    if (outcome.kind === 'ours') return;
    if (outcome.kind === 'gone') void this.disable(delivery);
    const success = outcome.kind === 'success';
    if (success && !delivery.lane.troubled && !this.pending.has(delivery.endpointId)) return;
    let report = this.pending.get(delivery.endpointId);
    if (report === undefined) {
      report = { endpointId: delivery.endpointId, results: [], holdMs: undefined };
      this.pending.set(delivery.endpointId, report);
    }
    if (report.results.length < RESULTS_MAX) {
      const probe = delivery.lane.governed && delivery.lane.circuit === 'half_open';
      report.results.push({ success, probe, ...(outcome.kind !== 'success' && { code: outcome.code }) });
    }
    if (outcome.kind === 'failure' && outcome.retryAfterMs !== undefined) {
      report.holdMs = Math.max(report.holdMs ?? 0, outcome.retryAfterMs);
    }
    this.flushing ??= this.flush();
  }

  async drain(): Promise<void> {
    await this.flushing;
  }

  private async flush(): Promise<void> {
    await new Promise(setImmediate);
    while (this.pending.size > 0) {
      const reports = [...this.pending.values()];
      this.pending = new Map();
      try {
        for (const change of await reportLanes(this.database, reports)) this.tell(change);
      } catch (error) {
        // The endpoint's health forgets a few results; the deliveries themselves are not touched.
        this.log.warn({ reason: (error as Error).message }, 'lanes.report_failed');
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    this.flushing = undefined;
  }

  private tell(change: LaneChange): void {
    this.log.info(
      {
        endpointId: toPublicId('ep', change.endpointId),
        circuit: change.change.to,
        reason: change.change.reason,
      },
      'endpoint.circuit_changed',
    );
    void this.listener?.circuitChanged(change);
  }

  private async disable(delivery: LoadedDelivery): Promise<void> {
    const { endpointId } = delivery;
    try {
      const disabled = await disableEndpoint(this.database, endpointId, 'gone');
      if (disabled === undefined) return;
      this.log.info({ endpointId: toPublicId('ep', endpointId), reason: 'gone' }, 'endpoint.disabled');
      await this.listener?.endpointDisabled({ endpointId, tenantId: disabled.tenantId, reason: 'gone' });
    } catch (error) {
      this.log.warn({ reason: (error as Error).message }, 'endpoint.disable_failed');
    }
  }
}
