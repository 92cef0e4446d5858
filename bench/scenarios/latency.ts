/** How long an event takes to arrive at traffic that the machine can carry with ease: open loop, at fixed rates. */
import { cpus } from 'node:os';
import type { Bench, Scenario } from '../harness/bench.js';
import type { Backend } from '../harness/installation.js';
import { CpuMeter, type CpuPerEvent } from '../harness/cpu-meter.js';
import { emitAt } from '../harness/emit-at.js';
import { reconcile } from '../harness/reconcile.js';
import { oneTenantEach } from '../harness/stage.js';
import { delivered, refusals } from '../harness/sustain.js';
import type { LoadResult } from '../load/generator.js';
import { LATENCY_COLUMNS, latencyCells, LatencyRecorder, type Latencies } from '../report/latency.js';
import type { Goal } from '../report/goals.js';
import { sum, type Tally } from '../report/section.js';
import { figure } from '../report/statistics.js';

const ENDPOINTS = 100;
/** The rate for which the figures to reach are set. */
const GOAL_PER_SECOND = 300;
/** At a thousand a second: long enough for V8 to have compiled what runs. */
const WARM_UP_MS = 4_000;

interface Measured {
  backend: Backend;
  perSecond: number;
  answered: Latencies;
  arrived: Latencies;
  cpu: CpuPerEvent;
}

export const latency: Scenario = {
  name: 'latency',
  about: 'From emit to receiver, at fixed rates',
  run: async (bench) => {
    const backends: Backend[] = bench.services.redis ? ['redis', 'postgres'] : ['postgres'];
    const measured: Measured[] = [];
    const tallies: Tally[] = [];
    const failures: string[] = [];
    for (const backend of backends) {
      const result = await measure(bench, backend);
      measured.push(...result.measured);
      tallies.push(result.tally);
      failures.push(...result.failures);
    }
    const row = ({ backend, perSecond }: Measured, latencies: Latencies): string[] => [
      backend,
      String(perSecond),
      ...latencyCells(latencies),
    ];
    return {
      title: 'Latency at fixed rates',
      about:
        'Events are due at even intervals, whatever the answers do, and count from the instant at which they were due ' +
        '(coordinated omission). Arrived: the receiver has the whole request.',
      settings: { endpoints: ENDPOINTS, hosts: ENDPOINTS },
      tables: [
        {
          title: 'Due → arrived at the receiver',
          columns: ['queue', 'events/s', ...LATENCY_COLUMNS],
          rows: measured.map((one) => row(one, one.arrived)),
        },
        {
          title: 'Due → accepted (202: on disk)',
          columns: ['queue', 'events/s', ...LATENCY_COLUMNS],
          rows: measured.map((one) => row(one, one.answered)),
        },
        {
          title: 'CPU µs per event',
          columns: [
            ...['queue', 'events/s', 'Posthorn', 'PostgreSQL', 'Redis', 'generator', 'receiver'],
            `cores busy of ${cpus().length}`,
          ],
          rows: measured.map(({ backend, perSecond, cpu }) => [
            backend,
            String(perSecond),
            ...[cpu.posthorn, cpu.postgres, cpu.redis, cpu.generator, cpu.receiver].map(figure),
            figure(coresBusy(perSecond, cpu)),
          ]),
        },
      ],
      notes: measured
        .filter(({ perSecond }) => perSecond === GOAL_PER_SECOND)
        .map(
          ({ backend, perSecond, cpu }) =>
            `${backend}, ${perSecond}/s: an event is alone in most statements, commits and jobs, and costs ` +
            `${figure(totalMicros(cpu) / 1_000)} ms of CPU in all; that keeps ${figure(coresBusy(perSecond, cpu))} of ` +
            `${cpus().length} cores busy, and what arrives waits for a core.`,
        ),
      tally: sum(tallies),
      failures,
      data: measured,
      goals: measured
        .filter(({ perSecond }) => perSecond === GOAL_PER_SECOND)
        .flatMap(({ backend, arrived }) => [
          goal(`accept → received at 300/s, ${backend}, median`, 5, arrived.p50Ms),
          goal(`accept → received at 300/s, ${backend}, p99`, 30, arrived.p99Ms),
        ]),
    };
  },
};

function totalMicros(cpu: CpuPerEvent): number {
  return cpu.posthorn + cpu.postgres + (cpu.redis || 0) + cpu.generator + cpu.receiver;
}

function coresBusy(perSecond: number, cpu: CpuPerEvent): number {
  return (totalMicros(cpu) * perSecond) / 1_000_000;
}

async function measure(bench: Bench, backend: Backend) {
  return bench.withInstallation({ backend }, async (installation) => {
    const targets = await oneTenantEach(bench, installation, { endpoints: ENDPOINTS, hosts: ENDPOINTS });
    const loads: { perSecond: number; load: LoadResult; cpu: CpuPerEvent }[] = [];
    let accepted = 0;
    const failures: string[] = [];
    const runAt = async (
      perSecond: number,
      durationMs: number,
    ): Promise<{ load: LoadResult; cpu: CpuPerEvent }> => {
      const meter = new CpuMeter(bench, installation);
      const load = await emitAt(bench, installation, { targets, perSecond, durationMs });
      accepted += load.accepted;
      failures.push(...refusals(load));
      // One rate's backlog is not the next one's latency.
      if (!(await delivered(bench, accepted))) failures.push(`${backend}: not all arrived at ${perSecond}/s`);
      return { load, cpu: meter.perEvent(load.accepted) };
    };
    await runAt(1_000, WARM_UP_MS);
    for (const { perSecond, forMs } of rates(bench))
      loads.push({ perSecond, ...(await runAt(perSecond, forMs)) });
    await installation.ledger.becomesQuiet(10_000);

    const recorders = loads.map(() => ({ answered: new LatencyRecorder(), arrived: new LatencyRecorder() }));
    const tally = await reconcile(bench, installation, {
      owedTo: (target) => [target],
      onArrival: ({ dueMs, answeredMs, arrivedMs }) => {
        const index = loads.findIndex(({ load }) => dueMs >= load.startedMs && dueMs <= load.endedMs);
        recorders[index]?.answered.record(answeredMs - dueMs);
        recorders[index]?.arrived.record(arrivedMs - dueMs);
      },
    });
    const measured = loads.map(({ perSecond, cpu }, index) => ({
      backend,
      perSecond,
      cpu,
      answered: recorders[index]!.answered.result(),
      arrived: recorders[index]!.arrived.result(),
    }));
    return { measured, tally, failures };
  });
}

const goal = (what: string, ms: number, measured: number): Goal => ({
  ...{ what, kind: 'ms at most', goal: ms },
  measured,
});

interface Rate {
  perSecond: number;
  forMs: number;
}

function rates(bench: Bench): Rate[] {
  if (bench.short) return [{ perSecond: GOAL_PER_SECOND, forMs: 3_000 }];
  return [
    { perSecond: GOAL_PER_SECOND, forMs: 10_000 },
    { perSecond: 1_000, forMs: 6_000 },
  ];
}
