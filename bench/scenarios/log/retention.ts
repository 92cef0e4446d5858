/** A day of a million attempts is dropped while events are emitted and delivered: how long does it take, and who notices? */
import { Database } from '../../../src/store/database.js';
import { DAY_MS, listPartitions } from '../../../src/store/partitions.js';
import { detachPartition, dropDetached } from '../../../src/store/retention.js';
import type { Bench } from '../../harness/bench.js';
import { emitAt } from '../../harness/emit-at.js';
import type { Installation } from '../../harness/installation.js';
import { reconcile } from '../../harness/reconcile.js';
import { oneTenantEach } from '../../harness/stage.js';
import { delivered, refusals } from '../../harness/sustain.js';
import { monotonicMs } from '../../load/monotonic.js';
import { LATENCY_COLUMNS, latencyCells, LatencyRecorder } from '../../report/latency.js';
import type { Table, Tally } from '../../report/section.js';
import { figure } from '../../report/statistics.js';

const PER_SECOND = 300;
const LOAD_MS = 7_000;
/** Into the load; by then connections are open and statements planned. */
const DROP_AT_MS = 3_500;
const DETACH_TRIES = 20;

export interface DroppedDay {
  tables: Table[];
  tally: Tally;
  failures: string[];
  totalMs: number;
  data: unknown;
}

export async function dropDay(
  bench: Bench,
  installation: Installation,
  daysAgo: number,
): Promise<DroppedDay> {
  const targets = await oneTenantEach(bench, installation, { endpoints: 10, hosts: 10 });
  await emitAt(bench, installation, { targets, perSecond: PER_SECOND, durationMs: 2_000 });
  const database = new Database({ url: installation.databaseUrl, poolSize: 2, applicationName: 'bench' });
  const loading = emitAt(bench, installation, { targets, perSecond: PER_SECOND, durationMs: LOAD_MS });
  await new Promise((resolve) => setTimeout(resolve, DROP_AT_MS));

  const dayMs = (Math.floor(Date.now() / DAY_MS) - daysAgo) * DAY_MS;
  const partitions = (await listPartitions(database)).filter((partition) => partition.dayMs === dayMs);
  const dropStartedMs = monotonicMs();
  const took: { table: string; detachMs: number; dropMs: number; tries: number }[] = [];
  for (const partition of partitions) {
    const startedAt = performance.now();
    let tries = 1;
    while ((await detachPartition(database, partition)) !== 'detached' && tries < DETACH_TRIES) tries++;
    const detachedAt = performance.now();
    await dropDetached(database, partition);
    took.push({
      table: partition.table,
      detachMs: detachedAt - startedAt,
      dropMs: performance.now() - detachedAt,
      tries,
    });
  }
  const dropEndedMs = monotonicMs();
  const load = await loading;
  const failures = refusals(load);
  if (!(await delivered(bench, 2 * PER_SECOND + load.accepted)))
    failures.push('not all arrived while a day was dropped');
  await database.close();

  const beside = new LatencyRecorder();
  const during = new LatencyRecorder();
  const tally = await reconcile(bench, installation, {
    owedTo: (target) => [target],
    onArrival: ({ dueMs, arrivedMs }) => {
      if (dueMs < load.startedMs) return;
      const overlaps = arrivedMs >= dropStartedMs && dueMs <= dropEndedMs;
      (overlaps ? during : beside).record(arrivedMs - dueMs);
    },
  });
  const totalMs = took.reduce((total, one) => total + one.detachMs + one.dropMs, 0);
  return {
    tables: [
      {
        title: `Retention: one day of all three tables dropped in ${figure(totalMs)} ms`,
        columns: ['table', 'detach ms', 'tries', 'drop ms'],
        rows: took.map((one) => [one.table, figure(one.detachMs), one.tries, figure(one.dropMs)]),
      },
      {
        title: `Deliveries at ${PER_SECOND}/s meanwhile, due → arrived`,
        columns: ['', ...LATENCY_COLUMNS],
        rows: [
          ['while it was dropped', ...latencyCells(during.result())],
          ['before and after', ...latencyCells(beside.result())],
        ],
      },
    ],
    tally,
    failures,
    totalMs,
    data: { took, totalMs, during: during.result(), beside: beside.result() },
  };
}
