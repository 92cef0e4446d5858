/** How many events a second are accepted, delivered and recorded, with everything on this machine. */
import type { Bench, Scenario } from '../harness/bench.js';
import { makeCertificate } from '../harness/certificate.js';
import type { CpuPerEvent } from '../harness/cpu-meter.js';
import type { Backend } from '../harness/installation.js';
import { reconcile } from '../harness/reconcile.js';
import { loopbackHosts, oneTenantEach } from '../harness/stage.js';
import { CONNECTIONS, sustain, type SustainedRun } from '../harness/sustain.js';
import { PAYLOAD_BYTES } from '../load/payload.js';
import { sum, type Tally } from '../report/section.js';
import { figure, median, withSpread } from '../report/statistics.js';

interface Stage {
  backend: Backend;
  endpoints: number;
  tls: boolean;
}

const RUN_SECONDS = 3;
const PER_SECOND_GOAL: Record<Backend, number> = { redis: 7_000, postgres: 4_500 };
/** One endpoint alone has to carry everything; its default of 10 would be what is measured. */
const MAX_IN_FLIGHT = { 1: 256, 100: 10 } as Record<number, number>;

export const throughput: Scenario = {
  name: 'throughput',
  about: 'Sustained rate: accepted, delivered and recorded',
  run: async (bench) => {
    const stages = stagesOf(bench);
    const measured: { stage: Stage; runs: SustainedRun[]; tally: Tally }[] = [];
    for (const stage of stages) measured.push({ stage, ...(await measure(bench, stage)) });
    return {
      title: 'Throughput',
      about:
        'Events of one tenant for each endpoint, emitted over keep-alive connections as fast as they are accepted. A run’s ' +
        'rate is its events divided by the time until the last one was delivered and recorded.',
      settings: {
        'payload bytes': PAYLOAD_BYTES,
        connections: CONNECTIONS,
        'seconds a run': RUN_SECONDS,
        runs: runsOf(bench),
      },
      tables: [
        {
          title: 'Events a second: median (lowest–highest)',
          columns: [
            'queue',
            'endpoints',
            'TLS',
            'accepted → recorded /s',
            'accepted /s',
            'backlog at the end',
          ],
          rows: measured.map(({ stage, runs }) => [
            ...cells(stage),
            withSpread(runs.map((run) => run.perSecond)),
            withSpread(runs.map((run) => run.acceptedPerSecond)),
            withSpread(runs.map((run) => run.backlogMax)),
          ]),
        },
        {
          title: 'CPU µs per event: median',
          columns: ['queue', 'endpoints', 'TLS', 'Posthorn', 'PostgreSQL', 'Redis', 'generator', 'receiver'],
          rows: measured.map(({ stage, runs }) => [
            ...cells(stage),
            ...(['posthorn', 'postgres', 'redis', 'generator', 'receiver'] as (keyof CpuPerEvent)[]).map(
              (part) => figure(median(runs.map((run) => run.cpuMicrosPerEvent[part]))),
            ),
          ]),
        },
      ],
      notes: [],
      tally: sum(measured.map(({ tally }) => tally)),
      failures: measured.flatMap(({ runs }) => runs.flatMap((run) => run.failures)),
      data: measured,
      goals: measured
        .filter(({ stage }) => stage.endpoints > 1 && !stage.tls)
        .map(({ stage, runs }) => ({
          what: `accepted → delivered → recorded, sustained, ${stage.backend}`,
          kind: 'rate at least',
          goal: PER_SECOND_GOAL[stage.backend],
          measured: median(runs.map((run) => run.perSecond)),
        })),
    };
  },
};

function stagesOf(bench: Bench): Stage[] {
  const backends: Backend[] = bench.services.redis ? ['redis', 'postgres'] : ['postgres'];
  if (bench.short) return backends.map((backend) => ({ backend, endpoints: 100, tls: false }));
  return backends.flatMap((backend) => [
    { backend, endpoints: 1, tls: false },
    { backend, endpoints: 100, tls: false },
    // TLS costs the same whichever queue it is.
    ...(backend === backends[0] ? [{ backend, endpoints: 100, tls: true }] : []),
  ]);
}

async function measure(bench: Bench, stage: Stage) {
  const certificate = stage.tls
    ? makeCertificate(bench.services.scratch, loopbackHosts(stage.endpoints))
    : undefined;
  const env = certificate && { NODE_EXTRA_CA_CERTS: certificate.file };
  return bench.withInstallation({ backend: stage.backend, ...(env && { env }) }, async (installation) => {
    const targets = await oneTenantEach(bench, installation, {
      endpoints: stage.endpoints,
      hosts: stage.endpoints,
      ...(certificate && { certificate }),
      settings: { maxInFlight: MAX_IN_FLIGHT[stage.endpoints] },
    });
    await sustain(bench, installation, { targets, durationMs: bench.short ? 1_000 : 2_000 });
    const runs: SustainedRun[] = [];
    for (let run = 0; run < runsOf(bench); run++) {
      runs.push(await sustain(bench, installation, { targets, durationMs: RUN_SECONDS * 1_000 }));
      bench.say(`  ${cells(stage).join(' ')}: ${figure(runs.at(-1)!.perSecond)}/s`);
    }
    const tally = await reconcile(bench, installation, {
      owedTo: (target) => [target],
      unanswered: runs.reduce((total, run) => total + run.load.unanswered, 0),
    });
    return { runs, tally };
  });
}

const cells = ({ backend, endpoints, tls }: Stage): string[] => [
  backend,
  String(endpoints),
  tls ? 'yes' : 'no',
];
const runsOf = (bench: Bench): number => (bench.short ? 1 : 3);
