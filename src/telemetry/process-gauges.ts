/** What this one process is doing at the moment of a scrape. */
import { Counter, Gauge } from 'prom-client';
import { gauge } from './gauges.js';
import type { Metrics } from './metrics.js';

/** Where the numbers are found; a part that this role lacks answers undefined. */
export interface ProcessReadings {
  queue: () => { reachable: boolean; waitingJobs: number; dropped: number };
  pool: () => { total: number; idle: number; waiting: number; max: number };
  clockSkewMs: () => number;
  dispatching: () =>
    | { inFlight: number; inLine: number; inFlightMax: number; schedulerIdleMs: number; stalledMs: number }
    | undefined;
}

export function showProcess({ registry }: Metrics, read: ProcessReadings): void {
  gauge(registry, 'posthorn_queue_reachable', '1 while the queue answers.', () => +read.queue().reachable);
  gauge(
    registry,
    'posthorn_queue_waiting_jobs',
    'Jobs in the queue, of up to 128 references each.',
    () => read.queue().waitingJobs,
  );
  new Counter({
    name: 'posthorn_queue_references_dropped_total',
    help: 'References that could not be enqueued; their deliveries are taken up again when their leases end.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read.queue().dropped);
    },
  });
  new Gauge({
    name: 'posthorn_database_connections',
    help: 'Connections for emitting and dispatching; waiting: callers that have none.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { total, idle, waiting, max } = read.pool();
      for (const [state, count] of Object.entries({ busy: total - idle, idle, waiting, max }))
        this.set({ state }, count);
    },
  });
  gauge(
    registry,
    'posthorn_clock_skew_seconds',
    'This machine’s clock minus the database’s.',
    () => read.clockSkewMs() / 1000,
  );
  gauge(
    registry,
    'posthorn_in_flight',
    'Requests to endpoints that are open.',
    () => read.dispatching()?.inFlight,
  );
  gauge(registry, 'posthorn_in_flight_max', 'IN_FLIGHT_MAX.', () => read.dispatching()?.inFlightMax);
  gauge(
    registry,
    'posthorn_in_line',
    'Deliveries in memory that wait for a slot of their endpoint.',
    () => read.dispatching()?.inLine,
  );
  gauge(
    registry,
    'posthorn_scheduler_idle_seconds',
    'Since the scheduler last looked for due deliveries.',
    () => seconds(read.dispatching()?.schedulerIdleMs),
  );
  gauge(
    registry,
    'posthorn_dispatcher_stalled_seconds',
    'For how long there has been work for this dispatcher and it has done none.',
    () => seconds(read.dispatching()?.stalledMs),
  );
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
