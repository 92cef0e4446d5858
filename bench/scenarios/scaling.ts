/**
 * One process for everything, and the parts as processes of their own. On a machine whose cores are all taken, more
 * dispatchers cannot be faster; what is shown is what sharing costs, and on a larger machine what it gains.
 */
import type { Bench, Scenario } from '../harness/bench.js';
import type { ProcessRole } from '../harness/posthorn-process.js';
import { reconcile } from '../harness/reconcile.js';
import { oneTenantEach } from '../harness/stage.js';
import { sustain, type SustainedRun } from '../harness/sustain.js';
import { sum } from '../report/section.js';
import { figure, median, withSpread } from '../report/statistics.js';

const ENDPOINTS = 100;
const LAYOUTS: ProcessRole[][] = [['all'], ['api', 'dispatcher'], ['api', 'dispatcher', 'dispatcher']];

export const scaling: Scenario = {
  name: 'scaling',
  about: 'One process, and several',
  run: async (bench) => {
    const measured = [];
    for (const roles of LAYOUTS) measured.push({ roles, ...(await measure(bench, roles)) });
    return {
      title: 'Scaling',
      about:
        'The throughput scenario (100 endpoints, no TLS) with the same work laid out over more processes.',
      settings: { endpoints: ENDPOINTS, queue: bench.services.redis ? 'redis' : 'postgres' },
      tables: [
        {
          title: '',
          columns: ['processes', 'events/s', 'Posthorn µs', 'PostgreSQL µs', 'Redis µs'],
          rows: measured.map(({ roles, runs }) => [
            roles.join(' + '),
            withSpread(runs.map((run) => run.perSecond)),
            ...(['posthorn', 'postgres', 'redis'] as const).map((part) =>
              figure(median(runs.map((run) => run.cpuMicrosPerEvent[part]))),
            ),
          ]),
        },
      ],
      notes: [],
      tally: sum(measured.map(({ tally }) => tally)),
      failures: measured.flatMap(({ runs }) => runs.flatMap((run) => run.failures)),
      data: measured,
    };
  },
};

function measure(bench: Bench, roles: ProcessRole[]) {
  const backend = bench.services.redis ? 'redis' : 'postgres';
  return bench.withInstallation({ backend, roles }, async (installation) => {
    const targets = await oneTenantEach(bench, installation, { endpoints: ENDPOINTS, hosts: ENDPOINTS });
    await sustain(bench, installation, { targets, durationMs: 2_000 });
    const runs: SustainedRun[] = [];
    for (let run = 0; run < (bench.short ? 1 : 2); run++) {
      runs.push(await sustain(bench, installation, { targets, durationMs: bench.short ? 2_000 : 3_000 }));
    }
    const tally = await reconcile(bench, installation, { owedTo: (target) => [target] });
    return { runs, tally };
  });
}
