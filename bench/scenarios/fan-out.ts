/** One event to a thousand endpoints, and to ten thousand: when has the last one got it? */
import type { Bench, Scenario } from '../harness/bench.js';
import { emitCount } from '../harness/emit-at.js';
import type { Backend } from '../harness/installation.js';
import { reconcile } from '../harness/reconcile.js';
import { oneTenant } from '../harness/stage.js';
import { delivered, refusals } from '../harness/sustain.js';
import { sum, type Tally } from '../report/section.js';
import { median, withSpread } from '../report/statistics.js';

const HOSTS = 100;

/** From the instant at which the emit was sent, one value for each event. */
interface FanOut {
  backend: Backend;
  endpoints: number;
  answeredMs: number[];
  halfArrivedMs: number[];
  allArrivedMs: number[];
}

export const fanOut: Scenario = {
  name: 'fan-out',
  about: 'One event to 1,000 and to 10,000 endpoints',
  run: async (bench) => {
    const backends: Backend[] = bench.services.redis ? ['redis', 'postgres'] : ['postgres'];
    const measured: (FanOut & { tally: Tally; failures: string[] })[] = [];
    for (const backend of backends) {
      for (const endpoints of bench.short ? [100] : [1_000, 10_000]) {
        // Ten thousand endpoints take long to make; one queue is enough to see how it grows.
        if (endpoints > 1_000 && backend === 'postgres' && backends.length > 1) continue;
        measured.push(await measure(bench, backend, endpoints));
      }
    }
    return {
      title: 'Fan-out',
      about:
        'One event at a time to all endpoints of a tenant; the next one when the last receiver has it. From the sending of the emit.',
      settings: { hosts: HOSTS },
      tables: [
        {
          title: 'Milliseconds: median (lowest–highest)',
          columns: ['queue', 'endpoints', 'events', 'accepted', 'half have it', 'all have it'],
          rows: measured.map((one) => [
            one.backend,
            one.endpoints.toLocaleString('en-US'),
            one.allArrivedMs.length,
            ...[one.answeredMs, one.halfArrivedMs, one.allArrivedMs].map(withSpread),
          ]),
        },
      ],
      notes: [],
      tally: sum(measured.map(({ tally }) => tally)),
      failures: measured.flatMap(({ failures }) => failures),
      data: measured,
      goals: measured
        .filter(({ endpoints }) => endpoints === 1_000)
        .map(({ backend, allArrivedMs }) => ({
          what: `one event to 1,000 endpoints, all received, ${backend}`,
          kind: 'ms at most',
          goal: 300,
          measured: median(allArrivedMs),
        })),
    };
  },
};

async function measure(bench: Bench, backend: Backend, endpoints: number) {
  return bench.withInstallation({ backend }, async (installation) => {
    const target = await oneTenant(bench, installation, { endpoints, hosts: HOSTS });
    const warmUps = endpoints > 1_000 ? 1 : 2;
    const events = warmUps + (bench.short ? 2 : endpoints > 1_000 ? 2 : 11);
    const failures: string[] = [];
    for (let event = 1; event <= events; event++) {
      const load = await emitCount(bench, installation, { targets: [target], events: 1, connections: 1 });
      failures.push(...refusals(load));
      if (!(await delivered(bench, event * endpoints)))
        failures.push(`${backend}: event ${event} did not reach all`);
      await installation.ledger.becomesQuiet(10_000);
    }

    const everyone = Array.from({ length: endpoints }, (_, number) => number);
    const arrivals = new Map<number, { answeredMs: number; arrivedMs: number[] }>();
    const tally = await reconcile(bench, installation, {
      owedTo: () => everyone,
      onArrival: ({ sentMs, answeredMs, arrivedMs }) => {
        const known = arrivals.get(sentMs);
        if (known) known.arrivedMs.push(arrivedMs - sentMs);
        else arrivals.set(sentMs, { answeredMs: answeredMs - sentMs, arrivedMs: [arrivedMs - sentMs] });
      },
    });
    const measured = [...arrivals].toSorted(([a], [b]) => a - b).slice(warmUps);
    const sorted = measured.map(([, { arrivedMs }]) => arrivedMs.toSorted((a, b) => a - b));
    return {
      backend,
      endpoints,
      answeredMs: measured.map(([, { answeredMs }]) => answeredMs),
      halfArrivedMs: sorted.map((values) => values[values.length >> 1]!),
      allArrivedMs: sorted.map((values) => values.at(-1)!),
      tally,
      failures,
    };
  });
}
