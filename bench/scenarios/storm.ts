/** Ten thousand endpoints fail together, as when a provider that hosts many customers goes down, and recover together. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Scenario } from '../harness/bench.js';
import { emitAt, emitCount } from '../harness/emit-at.js';
import { reconcile } from '../harness/reconcile.js';
import { loopbackHosts } from '../harness/stage.js';
import { delivered, refusals } from '../harness/sustain.js';
import { memoryMiB } from '../harness/usage.js';
import type { Target } from '../load/generator.js';
import { monotonicMs } from '../load/monotonic.js';
import { emitBody } from '../load/payload.js';
import { LATENCY_COLUMNS, latencyCells, LatencyRecorder } from '../report/latency.js';
import { figure } from '../report/statistics.js';

interface Shape {
  tenants: number;
  endpointsEach: number;
  eventsEach: number;
  downMs: number;
  recoveryMs: number;
}

const FULL: Shape = { tenants: 100, endpointsEach: 100, eventsEach: 5, downMs: 15_000, recoveryMs: 75_000 };
const SHORT: Shape = { tenants: 10, endpointsEach: 10, eventsEach: 3, downMs: 3_000, recoveryMs: 45_000 };

const HOSTS = 100;
const BYSTANDER_PER_SECOND = 100;
/** The share of what was owed by which the storm counts as over: the last few wait for the third retry. */
const OVER_SHARE = 0.99;

export const storm: Scenario = {
  name: 'retry-storm',
  about: 'Many endpoints fail together, then recover',
  run: (bench) =>
    bench.withInstallation({ backend: bench.services.redis ? 'redis' : 'postgres' }, async (installation) => {
      const shape = bench.short ? SHORT : FULL;
      const stormy = shape.tenants * shape.endpointsEach;
      const origins = await listen(bench);
      const tenants = await installation.createTenants(shape.tenants + 1);
      const tenantOf = (index: number): string => tenants[Math.floor(index / shape.endpointsEach)]!;
      // The last tenant has the last endpoint, which never fails.
      await installation.createEndpoints(stormy + 1, tenantOf, origins);
      const targets: Target[] = tenants.map((tenant) => ({
        path: `/v1/tenants/${tenant}/events`,
        body: emitBody(),
      }));
      const bystander = { targets: targets.slice(shape.tenants), firstTarget: shape.tenants };

      await bench.receiver.call('behave', 0, stormy, { kind: 'fail', status: 503 });
      const startedMs = monotonicMs();
      const watched = emitAt(bench, installation, {
        ...bystander,
        perSecond: BYSTANDER_PER_SECOND,
        durationMs: shape.downMs + 15_000,
      });
      const load = await emitCount(bench, installation, {
        targets: targets.slice(0, shape.tenants),
        events: shape.tenants * shape.eventsEach,
        connections: 8,
      });
      const owed = load.accepted * shape.endpointsEach;
      await sleep(Math.max(0, startedMs + shape.downMs - monotonicMs()));
      const down = await bench.receiver.call('progress');
      await bench.receiver.call('behave', 0, stormy, { kind: 'answer' });
      const backMs = monotonicMs();
      const beside = await watched;
      const memory = installation.processes.map((one) => memoryMiB(one.pid).peak);
      const enough = Math.floor(owed * OVER_SHARE) + beside.accepted;
      await delivered(bench, enough, shape.recoveryMs, shape.recoveryMs);

      const latencies = new LatencyRecorder();
      const arrivals: number[] = [];
      const tally = await reconcile(bench, installation, {
        owedTo: (target) => (target === shape.tenants ? [stormy] : endpointsOf(target, shape.endpointsEach)),
        unanswered: load.unanswered + beside.unanswered,
        onArrival: ({ target, dueMs, arrivedMs }) => {
          if (target === shape.tenants) latencies.record(arrivedMs - dueMs);
          else arrivals.push(arrivedMs - backMs);
        },
      });
      const sorted = Float64Array.from(arrivals).sort();
      const untilShare = (share: number): number => sorted[Math.ceil(owed * share) - 1] ?? NaN;
      const bystanders = latencies.result();
      return {
        title: 'Retry storm',
        about:
          `${stormy} endpoints answer 503 to ${shape.eventsEach} events each for ${shape.downMs / 1000} s, then all answer 200 again. One ` +
          'endpoint of another tenant works all the while.',
        settings: {
          endpoints: stormy,
          hosts: HOSTS,
          'events each': shape.eventsEach,
          queue: installation.backend,
        },
        tables: [
          {
            title: 'Recovery: seconds until this share of what was owed had arrived',
            columns: [
              'owed',
              'failed attempts while down',
              '50 %',
              '90 %',
              '99 %',
              'waiting at the end',
              'peak memory MiB',
            ],
            rows: [
              [
                owed.toLocaleString('en-US'),
                (down.requests - down.delivered).toLocaleString('en-US'),
                ...[0.5, 0.9, 0.99].map((share) => figure(untilShare(share) / 1000)),
                tally.waiting.toLocaleString('en-US'),
                figure(Math.max(...memory)),
              ],
            ],
          },
          {
            title: 'The endpoint that works, due → arrived',
            columns: LATENCY_COLUMNS,
            rows: [latencyCells(bystanders)],
          },
        ],
        notes: [],
        tally,
        failures: [...refusals(load), ...refusals(beside)],
        data: { shape, owed, untilMs: [0.5, 0.9, 0.99].map(untilShare), bystanders, memoryMiB: memory },
      };
    }),
};

function endpointsOf(tenant: number, each: number): number[] {
  return Array.from({ length: each }, (_, index) => tenant * each + index);
}

async function listen(bench: Bench): Promise<string[]> {
  const hosts = loopbackHosts(HOSTS);
  const ports = await bench.receiver.call('listen', { hosts });
  return hosts.map((host, index) => `http://${host}:${ports[index]}`);
}
