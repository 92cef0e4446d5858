/**
 * What the tools themselves can do, and the bare loop: the figures that all others are to be read beside. If the tools
 * were near their ceiling in another scenario, that scenario would measure them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Bench, Scenario } from '../harness/bench.js';
import { cpuSeconds } from '../harness/usage.js';
import { startBareLoop, type BareLoop } from '../bare/bare-loop.js';
import { emitBody, PAYLOAD_BYTES } from '../load/payload.js';
import { CONNECTIONS } from '../harness/sustain.js';
import { matchArrivals } from '../harness/reconcile.js';
import type { LoadOptions } from '../load/generator.js';
import { LATENCY_COLUMNS, latencyCells, LatencyRecorder, type Latencies } from '../report/latency.js';
import { NOTHING } from '../report/section.js';
import { figure, median, withSpread } from '../report/statistics.js';

const RUN_SECONDS = 2;
const STEADY_PER_SECOND = 300;
const ROUND_TRIPS = 200;

export interface Ceiling {
  perSecond: number[];
  /** CPU µs per event. */
  generator: number[];
  receiver: number[];
  bareLoop: number[];
}

export const ceilings: Scenario = {
  name: 'ceilings',
  about: 'The tools’ own limits, and the bare loop',
  run: async (bench) => {
    await bench.receiver.call('reset');
    await bench.generator.call('reset');
    const bareLoop = startBareLoop();
    try {
      const [receiverPort] = await bench.receiver.call('listen', { hosts: ['127.0.0.1'] });
      const bareLoopPort = await bareLoop.call('start', `http://127.0.0.1:${receiverPort}`);
      // The receiver answers emits as well: what the generator reaches against it is what both can do at the least.
      const tools = await measure(bench, bareLoop.pid, receiverPort!);
      const bare = await measure(bench, bareLoop.pid, bareLoopPort);
      const { delivered, duplicates } = await bench.receiver.call('progress');
      const accepted = bare.accepted;
      const tally = {
        ...NOTHING,
        accepted,
        owed: accepted,
        delivered,
        duplicates,
        lost: accepted - delivered,
      };
      const steady = await steadily(bench, bareLoop, bareLoopPort);
      const sender = await sendAlone(bench, bareLoop);
      const messages = await postgresRoundTrips(bench);
      return {
        title: 'Ceilings',
        about:
          'The load generator straight into the receiver; then through the bare loop, which reads an event over HTTP, signs ' +
          'it, sends it with undici and keeps nothing; then the bare loop alone, which only signs and sends.',
        settings: {
          'payload bytes': PAYLOAD_BYTES,
          connections: CONNECTIONS,
          'seconds a run': RUN_SECONDS,
        },
        tables: [
          {
            title: 'Events a second, and CPU µs per event: median (lowest–highest)',
            columns: [
              'path',
              'events/s',
              'generator µs',
              'receiver µs',
              'bare loop µs',
              'one core of it: events/s',
            ],
            rows: [
              row('generator → receiver', tools, Math.max(median(tools.generator), median(tools.receiver))),
              row('generator → bare loop → receiver', bare, median(bare.bareLoop)),
              row('bare loop → receiver', sender, median(sender.bareLoop)),
            ],
          },
          {
            title: `The bare loop at ${STEADY_PER_SECOND} events/s: due → arrived at the receiver`,
            columns: [...LATENCY_COLUMNS, 'CPU µs an event'],
            rows: [[...latencyCells(steady.latencies), figure(steady.cpuMicros)]],
          },
          {
            title:
              'A round trip to PostgreSQL, one at a time on an idle machine: median (lowest–highest), ms',
            columns: ['select 1', 'one row of 1 KB committed'],
            rows: [[withSpread(messages.select), withSpread(messages.commit)]],
          },
        ],
        notes: [],
        tally,
        failures: [],
        data: { tools, bare, sender, steady, messages },
        senderPerSecond: sender.bareLoop.map((micros) => 1e6 / micros),
      };
    } finally {
      await bareLoop.stop();
    }
  },
};

async function measure(
  bench: Bench,
  bareLoopPid: number,
  port: number,
): Promise<Ceiling & { accepted: number }> {
  const { generator, receiver } = bench;
  const ceiling: Ceiling & { accepted: number } = {
    perSecond: [],
    generator: [],
    receiver: [],
    bareLoop: [],
    accepted: 0,
  };
  const pids = { generator: generator.pid, receiver: receiver.pid, bareLoop: bareLoopPid };
  const runs = bench.short ? 1 : 3;
  // The first one warms up, and does not count.
  for (let run = 0; run <= runs; run++) {
    const before = Object.values(pids).map(cpuSeconds);
    const load = await generator.call('load', loadOf(port), {
      kind: 'closed',
      durationMs: run === 0 ? 1_500 : RUN_SECONDS * 1_000,
    });
    const after = Object.values(pids).map(cpuSeconds);
    ceiling.accepted += load.accepted;
    if (run === 0) continue;
    ceiling.perSecond.push((load.accepted * 1000) / (load.endedMs - load.startedMs));
    Object.keys(pids).forEach((name, index) => {
      ceiling[name as keyof typeof pids].push(((after[index]! - before[index]!) * 1e6) / load.accepted);
    });
  }
  return ceiling;
}

/** How many requests undici can sign and send here, to one origin: the unit in which machines compare. */
async function sendAlone(bench: Bench, bareLoop: BareLoop): Promise<Ceiling> {
  const ceiling: Ceiling = { perSecond: [], generator: [0], receiver: [], bareLoop: [] };
  const runs = bench.short ? 1 : 3;
  for (let run = 0; run <= runs; run++) {
    const [loopBefore, receiverBefore] = [cpuSeconds(bareLoop.pid), cpuSeconds(bench.receiver.pid)];
    const startedAt = performance.now();
    const sent = await bareLoop.call('send', 2_000);
    if (run === 0) continue;
    ceiling.perSecond.push((sent * 1000) / (performance.now() - startedAt));
    ceiling.bareLoop.push(((cpuSeconds(bareLoop.pid) - loopBefore) * 1e6) / sent);
    ceiling.receiver.push(((cpuSeconds(bench.receiver.pid) - receiverBefore) * 1e6) / sent);
  }
  return ceiling;
}

/** What a latency at a fixed rate is to be read beside: the same way without a ledger. */
async function steadily(
  bench: Bench,
  bareLoop: BareLoop,
  bareLoopPort: number,
): Promise<{ latencies: Latencies; cpuMicros: number }> {
  await bench.generator.call('reset');
  const cpuBefore = cpuSeconds(bareLoop.pid);
  const { accepted } = await bench.generator.call('load', loadOf(bareLoopPort), {
    kind: 'open',
    durationMs: bench.short ? 2_000 : 8_000,
    perSecond: STEADY_PER_SECOND,
  });
  const cpuMicros = ((cpuSeconds(bareLoop.pid) - cpuBefore) * 1e6) / accepted;
  const latencies = new LatencyRecorder();
  await matchArrivals(bench, ({ dueMs, arrivedMs }) => latencies.record(arrivedMs - dueMs));
  return { latencies: latencies.result(), cpuMicros };
}

/** What a message between two processes, and a commit, cost on this machine when nothing else runs. */
async function postgresRoundTrips(bench: Bench): Promise<{ select: number[]; commit: number[] }> {
  const database = await bench.services.createDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('CREATE TABLE messages (id int, body text)');
    const timed = async (query: pg.QueryConfig): Promise<number[]> => {
      const tookMs: number[] = [];
      for (let turn = 0; turn < ROUND_TRIPS; turn++) {
        const startedAt = performance.now();
        await client.query(query);
        tookMs.push(performance.now() - startedAt);
        await sleep(5);
      }
      return tookMs;
    };
    return {
      select: await timed({ name: 'select', text: 'SELECT 1' }),
      commit: await timed({
        name: 'commit',
        text: 'INSERT INTO messages VALUES ($1, $2)',
        values: [1, 'x'.repeat(PAYLOAD_BYTES)],
      }),
    };
  } finally {
    await client.end();
    await database.drop();
  }
}

function loadOf(port: number): LoadOptions {
  return {
    host: '127.0.0.1',
    port,
    key: 'none',
    targets: [{ path: '/v1/tenants/none/events', body: emitBody() }],
    connections: CONNECTIONS,
  };
}

function row(path: string, ceiling: Ceiling, busiestMicros: number): string[] {
  return [
    path,
    ...[ceiling.perSecond, ceiling.generator, ceiling.receiver, ceiling.bareLoop].map(withSpread),
    figure(1e6 / busiestMicros),
  ];
}
