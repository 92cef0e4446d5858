/**
 * What is read at the moment of a scrape. A value that cannot be had is left out rather than shown as zero: an alert on
 * its absence is right, one on a false zero is not.
 */
import { Gauge, type Registry } from 'prom-client';
import type { Measurement } from '../store/measurements.js';

/** Anything but numbers leaves the gauge empty. */
export function gauge(registry: Registry, name: string, help: string, read: () => number | undefined): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      if (value === undefined) this.reset();
      else this.set(value);
    },
  });
}

/** A gauge without values, until `set` gives it some; by one label. */
function labelled(registry: Registry, name: string, help: string, label: string) {
  const metric = new Gauge({ name, help, labelNames: [label], registers: [registry] });
  return (values: Record<string, number>): void => {
    metric.reset();
    for (const [value, number] of Object.entries(values)) metric.set({ [label]: value }, number);
  };
}

/**
 * The figures that one process measures for all. Every process shows the same ones: take max() over the instances.
 */
export class InstallationGauges {
  private measurement: Measurement | undefined;
  private readonly setDisabled: (values: Record<string, number>) => void;
  private readonly setBytes: (values: Record<string, number>) => void;
  private readonly setStrays: (values: Record<string, number>) => void;
  private readonly setUpkeep: (values: Record<string, number>) => void;

  constructor(registry: Registry) {
    const figure = (name: string, help: string, read: (measurement: Measurement) => number): void =>
      gauge(registry, name, help, () => this.measurement && read(this.measurement));
    figure(
      'posthorn_lag_seconds',
      'Age of the oldest delivery that could be sent now: nothing about its endpoint holds it back.',
      ({ figures }) => figures.lagSeconds,
    );
    figure(
      'posthorn_scheduling_delay_seconds',
      'How long the longest waiting endpoint has waited for a dispatcher to look at it; scale dispatchers on this.',
      ({ figures }) => figures.schedulingDelaySeconds,
    );
    figure(
      'posthorn_deliveries_waiting',
      'The backlog: pending deliveries in the ledger, due, parked or waiting for their retry.',
      ({ figures }) => figures.waiting,
    );
    figure(
      'posthorn_deliveries_leased',
      'Pending deliveries in the queue or in a dispatcher.',
      ({ figures }) => figures.leased,
    );
    figure(
      'posthorn_circuits_open',
      'Endpoints whose circuit is open.',
      ({ figures }) => figures.circuitsOpen,
    );
    figure(
      'posthorn_circuits_half_open',
      'Endpoints that are being probed.',
      ({ figures }) => figures.circuitsHalfOpen,
    );
    figure(
      'posthorn_endpoints_failing',
      'Endpoints that have only failed of late and are still enabled.',
      ({ figures }) => figures.failing,
    );
    figure('posthorn_dispatchers', 'Dispatchers that are alive.', ({ figures }) => figures.dispatchers);
    figure(
      'posthorn_partitions_missing',
      'Of today’s and tomorrow’s partitions, how many are not there.',
      ({ figures }) => figures.partitionsMissing,
    );
    figure(
      'posthorn_measurement_age_seconds',
      'Age of the figures that one process measures for all.',
      ({ ageSeconds }) => ageSeconds,
    );
    this.setDisabled = labelled(registry, 'posthorn_endpoints_disabled', 'Disabled endpoints.', 'reason');
    this.setBytes = labelled(
      registry,
      'posthorn_table_bytes',
      'Size of the large tables with their indexes.',
      'table',
    );
    this.setStrays = labelled(
      registry,
      'posthorn_default_partition_strays',
      '1 where rows lie in a table’s default partition, outside of every day.',
      'table',
    );
    this.setUpkeep = labelled(
      registry,
      'posthorn_upkeep_success_age_seconds',
      'Since an upkeep task of the installation last succeeded.',
      'task',
    );
  }

  show(measurement: Measurement | undefined): void {
    this.measurement = measurement;
    const figures = measurement?.figures;
    this.setDisabled(figures?.endpointsDisabled ?? {});
    this.setBytes(figures?.tableBytes ?? {});
    this.setUpkeep(figures?.upkeepAgeSeconds ?? {});
    this.setStrays(Object.fromEntries((figures?.strayTables ?? []).map((table) => [table, 1])));
  }
}
