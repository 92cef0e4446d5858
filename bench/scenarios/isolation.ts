/**
 * Does one endpoint harm another? The same traffic twice: first every endpoint answers; then a fifth of them hang until
 * the attempt times out, answer 500, or take three seconds. The healthy ones are compared with themselves.
 */
import type { Bench, Scenario } from '../harness/bench.js';
import { emitAt } from '../harness/emit-at.js';
import type { Installation } from '../harness/installation.js';
import { reconcile } from '../harness/reconcile.js';
import { oneTenantEach } from '../harness/stage.js';
import { CONNECTIONS, delivered, refusals } from '../harness/sustain.js';
import type { LoadResult, Target } from '../load/generator.js';
import type { Behaviour } from '../load/receiver.js';
import { LATENCY_COLUMNS, latencyCells, LatencyRecorder } from '../report/latency.js';
import { figure } from '../report/statistics.js';

interface Shape {
  endpoints: number;
  hosts: number;
  perSecond: number;
  openMs: number;
  closedMs: number;
}

const FULL: Shape = { endpoints: 1_000, hosts: 100, perSecond: 1_000, openMs: 10_000, closedMs: 4_000 };
const SHORT: Shape = { endpoints: 100, hosts: 100, perSecond: 300, openMs: 4_000, closedMs: 2_000 };

/** The healthy ones have all theirs when so long nothing else came. */
const SETTLE_MS = 4_000;

/** Every fifth: traffic goes round, and should not meet them all at once. */
const isSick = (endpoint: number): boolean => endpoint % 5 === 4;

const SICKNESSES: Behaviour[] = [
  { kind: 'hang' },
  { kind: 'fail', status: 500 },
  { kind: 'delay', ms: 3_000 },
];
const sicknessOf = (endpoint: number): Behaviour => SICKNESSES[Math.floor(endpoint / 5) % SICKNESSES.length]!;

interface Phase {
  name: string;
  open: LoadResult;
  closed: LoadResult;
}

export const isolation: Scenario = {
  name: 'isolation',
  about: 'Healthy endpoints beside sick ones',
  run: (bench) =>
    bench.withInstallation({ backend: bench.services.redis ? 'redis' : 'postgres' }, async (installation) => {
      const shape = bench.short ? SHORT : FULL;
      const { endpoints, hosts } = shape;
      const targets = await oneTenantEach(bench, installation, { endpoints, hosts });
      await emitAt(bench, installation, { targets, perSecond: 300, durationMs: 3_000 });
      const well = await phase(bench, installation, 'all answer', targets, shape);
      await delivered(bench, 3 * 300 + well.open.accepted + well.closed.accepted, SETTLE_MS);
      await installation.ledger.becomesQuiet(30_000);

      for (let number = 0; number < endpoints; number++) {
        if (isSick(number)) await bench.receiver.call('behave', number, number + 1, sicknessOf(number));
      }
      const sick = await phase(bench, installation, 'a fifth is sick', targets, shape);
      await delivered(bench, Infinity, SETTLE_MS);

      const phases = [well, sick].map((one) => ({
        ...one,
        latencies: new LatencyRecorder(),
        healthyArrived: 0,
        healthyLastMs: 0,
      }));
      const tally = await reconcile(bench, installation, {
        owedTo: (target) => [target],
        onArrival: ({ endpoint, dueMs, arrivedMs }) => {
          if (isSick(endpoint)) return;
          const its = phases.find(({ open, closed }) => dueMs >= open.startedMs && dueMs <= closed.endedMs);
          if (its === undefined) return;
          if (dueMs <= its.open.endedMs) its.latencies.record(arrivedMs - dueMs);
          else {
            its.healthyArrived++;
            its.healthyLastMs = Math.max(its.healthyLastMs, arrivedMs);
          }
        },
      });
      const measured = phases.map(({ name, closed, latencies, healthyArrived, healthyLastMs }) => ({
        name,
        latencies: latencies.result(),
        acceptedPerSecond: (closed.accepted * 1000) / (closed.endedMs - closed.startedMs),
        healthyPerSecond: (healthyArrived * 1000) / (healthyLastMs - closed.startedMs),
      }));
      const [a, b] = measured as [(typeof measured)[0], (typeof measured)[0]];
      return {
        title: 'Isolation',
        about:
          `${endpoints} endpoints of as many tenants get the same traffic twice. The second time a fifth of them is sick: a third ` +
          'of those hang, a third answer 500, a third take 3 s. Both columns are of the healthy four fifths only.',
        settings: {
          'events/s (open loop)': shape.perSecond,
          'open seconds': shape.openMs / 1000,
          'closed-loop seconds': shape.closedMs / 1000,
          connections: CONNECTIONS,
          queue: installation.backend,
        },
        tables: [
          {
            title: 'Healthy endpoints, due → arrived',
            columns: ['', ...LATENCY_COLUMNS],
            rows: [
              ...measured.map(({ name, latencies }) => [name, ...latencyCells(latencies)]),
              [
                'ratio',
                '',
                figure(b.latencies.p50Ms / a.latencies.p50Ms),
                figure(b.latencies.p90Ms / a.latencies.p90Ms),
                figure(b.latencies.p99Ms / a.latencies.p99Ms),
                figure(b.latencies.p999Ms / a.latencies.p999Ms),
                figure(b.latencies.maxMs / a.latencies.maxMs),
              ],
            ],
          },
          {
            title: 'Closed loop, as fast as events are accepted',
            columns: ['', 'accepted /s', 'arrived at healthy ones /s'],
            rows: measured.map((one) => [
              one.name,
              figure(one.acceptedPerSecond),
              figure(one.healthyPerSecond),
            ]),
          },
        ],
        notes: [],
        tally,
        failures: [well, sick].flatMap(({ open, closed }) => [...refusals(open), ...refusals(closed)]),
        data: measured,
        goals: [
          {
            what: 'healthy endpoints’ p99 beside a fifth that is sick, against without',
            kind: 'ratio at most',
            goal: 2,
            measured: b.latencies.p99Ms / a.latencies.p99Ms,
          },
        ],
      };
    }),
};

async function phase(
  bench: Bench,
  installation: Installation,
  name: string,
  targets: Target[],
  { perSecond, openMs, closedMs }: Shape,
): Promise<Phase> {
  const open = await emitAt(bench, installation, { targets, perSecond, durationMs: openMs });
  const closed = await bench.generator.call(
    'load',
    {
      host: '127.0.0.1',
      port: installation.port,
      key: installation.emitterKey,
      targets,
      connections: CONNECTIONS,
    },
    { kind: 'closed', durationMs: closedMs },
  );
  return { name, open, closed };
}
