/** Latencies as an HDR histogram in microseconds: every percentile to three digits, however long the tail. */
import * as hdr from 'hdr-histogram-js';
import { figure } from './statistics.js';

export interface Latencies {
  count: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
  /** The whole histogram, compressed, base64: any HdrHistogram library reads it. */
  histogram: string;
}

const HOUR_US = 3_600_000_000;

export class LatencyRecorder {
  private readonly histogram = hdr.build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HOUR_US,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });

  record(ms: number): void {
    this.histogram.recordValue(Math.max(0, Math.round(ms * 1000)));
  }

  result(): Latencies {
    const at = (percentile: number): number => this.histogram.getValueAtPercentile(percentile) / 1000;
    return {
      count: this.histogram.totalCount,
      p50Ms: at(50),
      p90Ms: at(90),
      p99Ms: at(99),
      p999Ms: at(99.9),
      maxMs: this.histogram.maxValue / 1000,
      histogram: hdr.encodeIntoCompressedBase64(this.histogram),
    };
  }
}

export const LATENCY_COLUMNS = ['count', 'p50 ms', 'p90 ms', 'p99 ms', 'p99.9 ms', 'max ms'];

export function latencyCells(latencies: Latencies): string[] {
  const { count, p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = latencies;
  return [count.toLocaleString('en-US'), ...[p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map(figure)];
}
