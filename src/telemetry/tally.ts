/**
 * Counters and histograms for the hot path. prom-client hashes the labels at every increment, which at eight thousand
 * attempts a second and five metrics each would be a tenth of a core; these add a number to a number, and become
 * prom-client's values only when somebody scrapes.
 *
 * What it trades away: one label at most, and its values must be few (codes and states, never ids).
 */
import { Counter, type Metric, type Registry } from 'prom-client';

/** A counter, by the values of one label. */
export class Tally {
  private readonly counts: Map<string, number>;

  /**
   * @param known values that are shown before they are counted: Prometheus sees no increase in a series that begins above
   *   zero, so an alert would sleep through the first of them
   */
  constructor(registry: Registry, name: string, help: string, label: string, known: readonly string[] = []) {
    const counts = new Map(known.map((value) => [value, 0]));
    this.counts = counts;
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of counts) this.inc({ [label]: value }, count);
      },
    });
  }

  add(value: string, count = 1): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + count);
  }
}

/** A counter without labels. */
export class Count {
  private count = 0;

  constructor(registry: Registry, name: string, help: string) {
    const read = (): number => this.count;
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  add(count = 1): void {
    this.count += count;
  }
}

/** What a histogram without a label calls its only series. */
export const ALL = 'all';

/** A histogram, by the values of one label that are all known beforehand; or without one. */
export class Buckets<Value extends string = typeof ALL> {
  private readonly series: Map<Value, { counts: Float64Array; sum: number }>;

  /** @param bounds upper ends of the buckets, rising */
  constructor(
    registry: Registry,
    private readonly name: string,
    help: string,
    private readonly bounds: readonly number[],
    private readonly label?: { name: string; values: readonly Value[] },
  ) {
    const values = label?.values ?? [ALL as Value];
    this.series = new Map(
      values.map((value) => [value, { counts: new Float64Array(bounds.length + 1), sum: 0 }]),
    );
    // A registry asks of its metrics no more than this.
    const metric = {
      name,
      get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: this.values() }),
    };
    registry.registerMetric(metric as unknown as Metric);
  }

  observe(value: Value, measured: number): void {
    const series = this.series.get(value)!;
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && measured > bounds[bucket]!) bucket++;
    series.counts[bucket]!++;
    series.sum += measured;
  }

  private values() {
    return [...this.series].flatMap(([value, { counts, sum }]) => {
      const labels = this.label === undefined ? {} : { [this.label.name]: value };
      let total = 0;
      const buckets = [...counts].map((count, index) => ({
        metricName: `${this.name}_bucket`,
        labels: { ...labels, le: this.bounds[index] ?? '+Inf' },
        value: (total += count),
      }));
      return [
        ...buckets,
        { metricName: `${this.name}_sum`, labels, value: sum },
        { metricName: `${this.name}_count`, labels, value: total },
      ];
    });
  }
}
