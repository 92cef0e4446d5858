/** The delivery log with ten million attempts behind it: pages by every filter, and the dropping of a day. */
import type { Scenario } from '../../harness/bench.js';
import type { Installation } from '../../harness/installation.js';
import { LATENCY_COLUMNS, latencyCells, LatencyRecorder, type Latencies } from '../../report/latency.js';
import { figure } from '../../report/statistics.js';
import { sum, NOTHING } from '../../report/section.js';
import { PlanReader, type Explained } from './explain.js';
import { logQueries, type LogQuery } from './queries.js';
import { dropDay } from './retention.js';
import { ATTEMPTS_PER_DELIVERY, ENDPOINTS_PER_TENANT, seedLog, type LogShape } from './seed-log.js';

const FULL: LogShape = { days: 10, eventsPerDay: 100_000 };
const SHORT: LogShape = { days: 2, eventsPerDay: 2_000 };

const REQUESTS = 40;
const LIMIT = 50;
const PAGE_MS_MAX = 50;

interface Measured {
  query: LogQuery;
  latencies: Latencies;
  explained: Explained;
}

export const deliveryLog: Scenario = {
  name: 'delivery-log',
  about: 'Log queries over 10,000,000 attempts, and retention',
  run: (bench) =>
    bench.withInstallation({ backend: bench.services.redis ? 'redis' : 'postgres' }, async (installation) => {
      const shape = bench.short ? SHORT : FULL;
      const startedAt = performance.now();
      await seedLog(installation.databaseUrl, shape);
      const seededInMs = performance.now() - startedAt;
      bench.say(`  seeded in ${figure(seededInMs / 1000)} s`);
      const measured = await measure(installation);
      const dropped = await dropDay(bench, installation, shape.days);
      const deliveries = shape.days * shape.eventsPerDay * ENDPOINTS_PER_TENANT;
      return {
        title: 'Delivery log',
        about:
          `${(deliveries * ATTEMPTS_PER_DELIVERY).toLocaleString('en-US')} attempts of ${deliveries.toLocaleString('en-US')} deliveries over ` +
          `${shape.days} days. Each filter ${REQUESTS} times through the API, one request at a time, with common and rare values.`,
        settings: { limit: LIMIT, 'requests each': REQUESTS, 'seeded in s': figure(seededInMs / 1000) },
        tables: [
          {
            title: 'GET /v1/deliveries',
            columns: ['filter', ...LATENCY_COLUMNS, 'statements', 'tables read through'],
            rows: measured.map(({ query, latencies, explained }) => [
              query.name,
              ...latencyCells(latencies),
              explained.plans.length,
              explained.scanned.join(', '),
            ]),
          },
          ...dropped.tables,
        ],
        notes: [
          ...measured
            .filter(({ query, latencies }) => !query.unbounded && latencies.p99Ms > PAGE_MS_MAX)
            .map(
              ({ query, latencies }) =>
                `${query.name}: p99 ${figure(latencies.p99Ms)} ms, over ${PAGE_MS_MAX}`,
            ),
          'The plans of all statements are in the JSON report.',
        ],
        tally: sum([NOTHING, dropped.tally]),
        failures: dropped.failures,
        data: { measured, dropped: dropped.data },
        ...(!bench.short && {
          goals: [
            {
              what: 'delivery log page, the slowest indexed filter, p99',
              kind: 'ms at most',
              goal: PAGE_MS_MAX,
              measured: Math.max(
                ...measured.filter(({ query }) => !query.unbounded).map(({ latencies }) => latencies.p99Ms),
              ),
            },
            {
              what: 'dropping a day of 1,000,000 attempts',
              kind: 'ms at most',
              goal: 1_000,
              measured: dropped.totalMs,
            },
          ],
        }),
      };
    }),
};

async function measure(installation: Installation): Promise<Measured[]> {
  const plans = await PlanReader.open(installation.databaseUrl);
  const measured: Measured[] = [];
  try {
    for (const query of await logQueries(installation.ledger)) {
      const recorder = new LatencyRecorder();
      const pathOf = (variant: Record<string, string>): string =>
        `/deliveries?${new URLSearchParams({ ...variant, limit: String(LIMIT) }).toString()}`;
      // Once for the caches, as the second visitor of a page finds them.
      for (const variant of query.variants) await installation.admin.get(pathOf(variant));
      for (let request = 0; request < (query.unbounded ? 5 : REQUESTS); request++) {
        const startedAt = performance.now();
        await installation.admin.get(pathOf(query.variants[request % query.variants.length]!));
        recorder.record(performance.now() - startedAt);
      }
      const explained = await plans.explain(query.variants[0]!);
      measured.push({ query, latencies: recorder.result(), explained });
    }
  } finally {
    await plans.close();
  }
  return measured;
}
