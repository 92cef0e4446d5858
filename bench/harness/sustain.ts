/**
 * Emits as fast as events are accepted, and waits until all are delivered and recorded. The rate counts that wait: events
 * that were only piled up do not make it better.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadResult, Target } from '../load/generator.js';
import { monotonicMs } from '../load/monotonic.js';
import type { Bench } from './bench.js';
import { CpuMeter, type CpuPerEvent } from './cpu-meter.js';
import type { Installation } from './installation.js';

export interface SustainedRun {
  load: LoadResult;
  /** Accepted → delivered → recorded. */
  perSecond: number;
  acceptedPerSecond: number;
  /** Accepted and not yet delivered, at most. */
  backlogMax: number;
  drainedInMs: number;
  cpuMicrosPerEvent: CpuPerEvent;
  /** Reasons for which the run says nothing. */
  failures: string[];
}

export interface SustainOptions {
  targets: Target[];
  durationMs: number;
  connections?: number;
}

/** As many as a product with a few dozen processes holds open: what is waiting together is committed together. */
export const CONNECTIONS = 256;
const DRAIN_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

export async function sustain(
  bench: Bench,
  installation: Installation,
  { targets, durationMs, connections = CONNECTIONS }: SustainOptions,
): Promise<SustainedRun> {
  const meter = new CpuMeter(bench, installation);
  const before = await bench.receiver.call('progress');
  const load = await bench.generator.call(
    'load',
    { host: '127.0.0.1', port: installation.port, key: installation.emitterKey, targets, connections },
    { kind: 'closed', durationMs },
  );
  const atEnd = await bench.receiver.call('progress');
  const failures = refusals(load);
  if (!(await delivered(bench, before.delivered + load.accepted)))
    failures.push('not all was delivered in time');
  else if (!(await installation.ledger.becomesQuiet(DRAIN_TIMEOUT_MS)))
    failures.push('not all was recorded in time');
  const doneMs = monotonicMs();
  return {
    load,
    perSecond: (load.accepted * 1000) / (doneMs - load.startedMs),
    acceptedPerSecond: (load.accepted * 1000) / (load.endedMs - load.startedMs),
    backlogMax: load.accepted - (atEnd.delivered - before.delivered),
    drainedInMs: doneMs - load.endedMs,
    cpuMicrosPerEvent: meter.perEvent(load.accepted),
    failures,
  };
}

/** Refused events are no loss, but a rate among refusals is no rate. */
export function refusals(load: LoadResult): string[] {
  return Object.entries(load.refused).map(
    ([status, { count, example }]) => `${count} emits were answered ${status}: ${example}`,
  );
}

/** Waits until the receiver has so many; gives up when nothing comes any more, or at the end of its patience. */
export async function delivered(
  bench: Bench,
  count: number,
  quietMsMax = DRAIN_TIMEOUT_MS,
  timeoutMs = Infinity,
): Promise<boolean> {
  let last = 0;
  const startedAt = performance.now();
  let changedAt = startedAt;
  for (;;) {
    const progress = await bench.receiver.call('progress');
    if (progress.delivered >= count) return true;
    if (progress.delivered !== last) {
      last = progress.delivered;
      changedAt = performance.now();
    }
    const now = performance.now();
    if (now - changedAt > quietMsMax || now - startedAt > timeoutMs) return false;
    await sleep(POLL_MS);
  }
}
