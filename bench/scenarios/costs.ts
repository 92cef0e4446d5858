/**
 * What events to one endpoint and to several cost. ops/scaling-costs.mjs makes the inputs of the scaling model from it, which
 * says how far a larger installation goes: two fan-outs tell an event's own cost from that of each of its deliveries; a
 * third holds the model against what was not used to make it.
 *
 * At half of what this machine sustains. Cost depends on load: what shares a commit, a statement and a job is cheaper than what is
 * alone in them, and a plan for many machines is about machines that have something to do.
 */
import { Redis } from 'ioredis';
import type { Bench, Scenario } from '../harness/bench.js';
import { emitAt } from '../harness/emit-at.js';
import type { Installation, InstallationOptions } from '../harness/installation.js';
import { reconcile } from '../harness/reconcile.js';
import { oneTenant } from '../harness/stage.js';
import { delivered, refusals, sustain } from '../harness/sustain.js';
import { cpuSeconds } from '../harness/usage.js';
import { sum, type Tally } from '../report/section.js';
import { figure } from '../report/statistics.js';

const TABLES = ['events', 'deliveries', 'attempts'] as const;

/** CPU µs and bytes of write-ahead log, per event of this fan-out. */
interface Usage {
  apiMicros: number;
  dispatcherMicros: number;
  postgresMicros: number;
  redisMicros: number;
  walBytes: number;
}

interface Measured {
  fanOut: number;
  usage: Usage;
  rowBytes: Record<(typeof TABLES)[number], number>;
  tally: Tally;
  failures: string[];
}

/** All but {@link FORETOLD_FAN_OUT} make the model, which then foretells that one. */
const FAN_OUTS = [1, 8, 4];
const FORETOLD_FAN_OUT = 4;
/** One endpoint carries everything of the first fan-out; its default of 10 would be what is measured. */
const ENDPOINT_SETTINGS = { maxInFlight: 256 };
const RUN_SECONDS = 3;
const WAITING_EVENTS = 2_000;

export const costs: Scenario = {
  name: 'costs',
  about: 'What an event, a delivery and an attempt cost',
  run: async (bench) => {
    const fullSpeed = await atFullSpeed(bench);
    const deliveriesPerSecond = fullSpeed.perSecond / 2;
    const measured: Measured[] = [];
    for (const fanOut of FAN_OUTS) measured.push(await measure(bench, fanOut, deliveriesPerSecond));
    const inputs = await queueMemory(bench);
    return {
      title: 'Costs',
      about:
        'An API and a dispatcher as processes of their own, at half of the rate that they sustain here. Idle work (looks for ' +
        'due deliveries, heartbeats) is in the figures, so that they are on the safe side.',
      settings: {
        queue: bench.services.redis ? 'redis' : 'postgres',
        'deliveries a second': Math.round(deliveriesPerSecond),
        'seconds a run': RUN_SECONDS,
        'fan-outs': FAN_OUTS.join(', '),
      },
      tables: [
        {
          title: 'An event, by the endpoints that it goes to',
          columns: ['', ...FAN_OUTS.map((fanOut) => `to ${fanOut}`)],
          rows: (Object.keys(measured[0]!.usage) as (keyof Usage)[]).map((part) => [
            part,
            ...measured.map(({ usage }) => figure(usage[part])),
          ]),
        },
        {
          title: 'Bytes of a row, indexes included',
          columns: ['', ...FAN_OUTS.map((fanOut) => `to ${fanOut}`)],
          rows: TABLES.map((table) => [table, ...measured.map(({ rowBytes }) => figure(rowBytes[table]))]),
        },
      ],
      notes: [
        'docs/scaling.md shows what follows from the newest of these figures, and how well it foretells: `npm run docs:scaling`.',
      ],
      tally: sum(measured.map(({ tally }) => tally)),
      failures: measured.flatMap(({ failures }) => failures),
      data: {
        inputs,
        deliveriesPerSecond,
        fullSpeed,
        foretoldFanOut: FORETOLD_FAN_OUT,
        measured,
      },
    };
  },
};

function separately(bench: Bench): InstallationOptions {
  return { backend: bench.services.redis ? 'redis' : 'postgres', roles: ['api', 'dispatcher'] };
}

/** Events to one endpoint, as fast as they are accepted: what this machine sustains, and what an event costs when all is shared. */
function atFullSpeed(bench: Bench): Promise<{ perSecond: number } & Record<FullSpeedPart, number>> {
  return bench.withInstallation(separately(bench), async (installation) => {
    const target = await oneTenant(bench, installation, { endpoints: 1, settings: ENDPOINT_SETTINGS });
    await sustain(bench, installation, { targets: [target], durationMs: 2_000 }); // everything is compiled by then
    const run = await sustain(bench, installation, { targets: [target], durationMs: 4_000 });
    const { posthorn, postgres, redis } = run.cpuMicrosPerEvent;
    return {
      perSecond: run.perSecond,
      posthornMicros: posthorn,
      postgresMicros: postgres,
      redisMicros: redis,
    };
  });
}

type FullSpeedPart = 'posthornMicros' | 'postgresMicros' | 'redisMicros';

function measure(bench: Bench, fanOut: number, deliveriesPerSecond: number): Promise<Measured> {
  return bench.withInstallation(separately(bench), async (installation) => {
    const stage = { endpoints: fanOut, hosts: fanOut, settings: ENDPOINT_SETTINGS };
    const target = await oneTenant(bench, installation, stage);
    const load = { targets: [target], perSecond: deliveriesPerSecond / fanOut };
    const warm = await emitAt(bench, installation, { ...load, durationMs: 2_000 });
    await delivered(bench, warm.accepted * fanOut);
    const before = await read(bench, installation);
    const result = await emitAt(bench, installation, { ...load, durationMs: RUN_SECONDS * 1_000 });
    const failures = refusals(result);
    if (!(await delivered(bench, (warm.accepted + result.accepted) * fanOut)))
      failures.push('not all was delivered in time');
    await installation.ledger.becomesQuiet(30_000);
    const after = await read(bench, installation);
    const usage = Object.fromEntries(
      Object.entries(after).map(([part, value]) => [
        part,
        (value - before[part as keyof Usage]) / result.accepted,
      ]),
    ) as unknown as Usage;
    const endpoints = installation.endpoints.map((_, number) => number);
    const tally = await reconcile(bench, installation, {
      owedTo: () => endpoints,
      unanswered: warm.unanswered + result.unanswered,
    });
    return { fanOut, usage, rowBytes: await rowBytes(installation), tally, failures };
  });
}

/** Since the processes began. */
async function read({ services }: Bench, { processes, ledger }: Installation): Promise<Usage> {
  const micros = (pid: number | undefined): number => (pid === undefined ? 0 : cpuSeconds(pid) * 1e6);
  const [row] = await ledger.query<{ bytes: number }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS bytes`,
  );
  return {
    apiMicros: micros(processes[0]!.pid),
    dispatcherMicros: micros(processes[1]!.pid),
    postgresMicros: micros(services.postgres.pid),
    redisMicros: micros(services.redis?.pid),
    walBytes: row!.bytes,
  };
}

async function rowBytes({ ledger }: Installation): Promise<Measured['rowBytes']> {
  const sizes = {} as Measured['rowBytes'];
  for (const table of TABLES) {
    const [row] = await ledger.query<{ bytes: number }>(
      `SELECT (sum(pg_total_relation_size(p.relid)) / (SELECT count(*) FROM ${table}))::float8 AS bytes
         FROM pg_partition_tree('${table}') p WHERE p.isleaf AND pg_relation_size(p.relid) > 0`,
    );
    sizes[table] = row!.bytes;
  }
  return sizes;
}

/** With nobody to take them, references stay in Redis: what each of them weighs. */
async function queueMemory(bench: Bench): Promise<{ redisBytesPerQueuedDelivery?: number }> {
  if (!bench.services.redis) return {};
  const redis = new Redis(bench.services.redis.url);
  const usedBytes = async (): Promise<number> =>
    Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))![1]);
  try {
    return await bench.withInstallation({ backend: 'redis', roles: ['api'] }, async (installation) => {
      const target = await oneTenant(bench, installation, { endpoints: 1 });
      const before = await usedBytes();
      const load = await emitAt(bench, installation, {
        targets: [target],
        perSecond: WAITING_EVENTS / 4,
        durationMs: 4_000,
      });
      return { redisBytesPerQueuedDelivery: ((await usedBytes()) - before) / load.accepted };
    });
  } finally {
    redis.disconnect();
  }
}
