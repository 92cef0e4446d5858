/** An endpoint was down while a hundred thousand deliveries piled up. How long from its return until it has them all? */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Scenario } from '../harness/bench.js';
import { CpuMeter } from '../harness/cpu-meter.js';
import { emitCount } from '../harness/emit-at.js';
import type { Backend, Installation } from '../harness/installation.js';
import { reconcile } from '../harness/reconcile.js';
import { oneTenantEach } from '../harness/stage.js';
import { refusals, sustain } from '../harness/sustain.js';
import { monotonicMs } from '../load/monotonic.js';
import { sum, type Tally } from '../report/section.js';
import { figure } from '../report/statistics.js';

const MAX_IN_FLIGHT = 100;
/** Two pauses of the circuit (30 s, 60 s) and then the drain. */
const RECOVERY_TIMEOUT_MS = 150_000;
const SAMPLE_MS = 250;

interface Drained {
  backend: Backend;
  waiting: number;
  /** From the endpoint's return to the first delivery: the circuit's pause. */
  pauseMs: number;
  /** From the first delivery to the last, the ramp included. */
  drainedInMs: number;
  perSecond: number;
  sustainedPerSecond: number;
  /** The best full second. */
  peakPerSecond: number;
  postgresMicros: number;
  posthornMicros: number;
  tally: Tally;
  failures: string[];
}

export const drain: Scenario = {
  name: 'drain',
  about: 'A recovered endpoint’s backlog',
  run: async (bench) => {
    const measured: Drained[] = [];
    const backends: Backend[] = bench.services.redis ? ['redis'] : ['postgres'];
    for (const backend of backends) measured.push(await measure(bench, backend));
    return {
      title: 'Drain',
      about:
        'One endpoint answers 503 while its deliveries pile up; its circuit opens. Then it answers again, and is left to be found ' +
        'well by the next probe. Sustained: the same endpoint afterwards, as fast as events are accepted.',
      settings: { maxInFlight: MAX_IN_FLIGHT },
      tables: [
        {
          title: '',
          columns: [
            'queue',
            'waiting',
            'until the probe, s',
            'drained in, s',
            'deliveries/s',
            'sustained /s',
            'best second',
            'Posthorn µs',
            'PostgreSQL µs',
          ],
          rows: measured.map((one) => [
            one.backend,
            one.waiting.toLocaleString('en-US'),
            figure(one.pauseMs / 1000),
            figure(one.drainedInMs / 1000),
            figure(one.perSecond),
            figure(one.sustainedPerSecond),
            figure(one.peakPerSecond),
            figure(one.posthornMicros),
            figure(one.postgresMicros),
          ]),
        },
      ],
      notes: [],
      tally: sum(measured.map(({ tally }) => tally)),
      failures: measured.flatMap(({ failures }) => failures),
      data: measured,
      goals: measured.map(({ backend, perSecond, sustainedPerSecond }) => ({
        what: `a recovered endpoint’s backlog, against the sustained rate, ${backend}`,
        kind: 'ratio at least',
        goal: 0.5,
        measured: perSecond / sustainedPerSecond,
      })),
    };
  },
};

async function measure(bench: Bench, backend: Backend): Promise<Drained> {
  return bench.withInstallation({ backend }, async (installation) => {
    const [target] = await oneTenantEach(bench, installation, {
      endpoints: 1,
      settings: { maxInFlight: MAX_IN_FLIGHT },
    });
    await bench.receiver.call('behave', 0, 1, { kind: 'fail', status: 503 });
    const load = await emitCount(bench, installation, {
      targets: [target!],
      events: bench.short ? 5_000 : 100_000,
    });
    const failures = refusals(load);
    if (!(await circuitOpens(installation))) failures.push(`${backend}: the circuit did not open`);

    await bench.receiver.call('behave', 0, 1, { kind: 'answer' });
    const backAt = monotonicMs();
    const samples: { atMs: number; delivered: number }[] = [];
    let meter: CpuMeter | undefined;
    let done = false;
    while (!done && monotonicMs() - backAt < RECOVERY_TIMEOUT_MS) {
      const { delivered } = await bench.receiver.call('progress');
      if (delivered > 0) {
        meter ??= new CpuMeter(bench, installation);
        samples.push({ atMs: monotonicMs(), delivered });
      }
      done = delivered >= load.accepted;
      if (!done) await sleep(SAMPLE_MS);
    }
    if (!done) failures.push(`${backend}: not drained after ${RECOVERY_TIMEOUT_MS} ms`);
    await installation.ledger.becomesQuiet(10_000);
    const cpu = meter?.perEvent(load.accepted);
    // What to hold the drain against: the same endpoint, with nothing waiting.
    const sustained = await sustain(bench, installation, {
      targets: [target!],
      durationMs: bench.short ? 2_000 : 5_000,
    });
    failures.push(...sustained.failures);

    let firstMs = Infinity;
    let lastMs = 0;
    const tally = await reconcile(bench, installation, {
      owedTo: (number) => [number],
      unanswered: load.unanswered + sustained.load.unanswered,
      onArrival: ({ dueMs, arrivedMs }) => {
        if (dueMs > load.endedMs) return;
        firstMs = Math.min(firstMs, arrivedMs);
        lastMs = Math.max(lastMs, arrivedMs);
      },
    });
    return {
      backend,
      waiting: load.accepted,
      pauseMs: firstMs - backAt,
      drainedInMs: lastMs - firstMs,
      perSecond: (load.accepted * 1000) / (lastMs - firstMs),
      sustainedPerSecond: sustained.perSecond,
      peakPerSecond: peak(samples),
      posthornMicros: cpu?.posthorn ?? NaN,
      postgresMicros: cpu?.postgres ?? NaN,
      tally,
      failures,
    };
  });
}

async function circuitOpens(installation: Installation): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    const [lane] = await installation.ledger.query<{ circuit: string }>('SELECT l.circuit FROM lanes l');
    if (lane?.circuit !== 'closed') return true;
    await sleep(100);
  }
  return false;
}

function peak(samples: { atMs: number; delivered: number }[]): number {
  const second = 1000 / SAMPLE_MS;
  let best = 0;
  for (let at = second; at < samples.length; at++) {
    const [from, to] = [samples[at - second]!, samples[at]!];
    best = Math.max(best, ((to.delivered - from.delivered) * 1000) / (to.atMs - from.atMs));
  }
  return best;
}
