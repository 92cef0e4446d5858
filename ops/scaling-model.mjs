/**
 * How far an installation goes, and what gives out first: `node ops/scaling-model.mjs [report.json] [eventsPerSecond] [fanOut]`.
 *
 * Nothing in here is a measurement. The costs of one event, delivery and attempt come from a report of `npm run bench -- costs`:
 * the one that is named, or the newest in bench/results. What is known without measuring (limits of the code) stands below.
 * Costs that the report lacks are named, and what follows from them is left out rather than guessed.
 */
import console from 'node:console';
import process from 'node:process';
import { newestCosts, readCosts } from './scaling-costs.mjs';

/** What has to be measured, each on one machine at a steady load; docs/scaling.md says how. */
export const measuredInputs = {
  apiCpuMicrosPerEvent:
    'CPU of an API process for an emit: HTTP, key, validation, matching, its part of a commit',
  apiCpuMicrosPerDelivery: 'and for each delivery of it',
  dispatcherCpuMicrosPerAttempt: 'CPU of a dispatcher for an attempt: load, sign, send, record',
  postgresCpuMicrosPerEvent: 'CPU of PostgreSQL for an event’s row',
  postgresCpuMicrosPerAttempt:
    'CPU of PostgreSQL for a delivery with its attempt: insert, load, record; a retry, which costs less, counts the same',
  redisCpuMicrosPerDelivery: 'CPU of Redis for a reference in a job',
  walBytesPerEvent: 'write-ahead log for an event',
  walBytesPerAttempt: 'write-ahead log for a delivery with its attempt',
  eventBytes: 'events with indexes, a row, payload included',
  deliveryBytes: 'deliveries with indexes, a row',
  attemptBytes: 'attempts with indexes, a row, response included',
  redisBytesPerQueuedDelivery:
    'Redis memory for a delivery in the queue; one that waits for a retry is not there and costs none',
};

/** What one of each can give. */
export const defaultCapacity = {
  /** Node runs on one core. */
  apiCoresPerProcess: 1,
  dispatcherCoresPerProcess: 1,
  postgresCores: 16,
  /** Redis runs commands on one. */
  redisCores: 1,
  walBytesPerSecond: 200e6,
  /** Nothing is planned to run hotter than this. */
  utilizationMax: 0.7,
};

/**
 * @param {Partial<Record<keyof typeof measuredInputs, number>>} costs
 * @param {{ eventsPerSecond: number, fanOut: number, attemptsPerDelivery: number, secondsPerAttempt: number, retentionDays: number }} load
 * @param {Partial<typeof defaultCapacity>} given
 */
export function model(costs, load, given = {}) {
  const capacity = { ...defaultCapacity, ...given };
  const deliveries = load.eventsPerSecond * load.fanOut;
  const attempts = deliveries * load.attemptsPerDelivery;
  const cores = (micros, perSecond) => (micros === undefined ? undefined : (micros * perSecond) / 1e6);
  const sum = (...parts) => (parts.includes(undefined) ? undefined : parts.reduce((a, b) => a + b, 0));

  const apiCores = sum(
    cores(costs.apiCpuMicrosPerEvent, load.eventsPerSecond),
    cores(costs.apiCpuMicrosPerDelivery, deliveries),
  );
  const dispatcherCores = cores(costs.dispatcherCpuMicrosPerAttempt, attempts);
  const postgresCores = sum(
    cores(costs.postgresCpuMicrosPerEvent, load.eventsPerSecond),
    cores(costs.postgresCpuMicrosPerAttempt, attempts),
  );
  const redisCores = cores(costs.redisCpuMicrosPerDelivery, deliveries);
  const walBytes = sum(
    times(costs.walBytesPerEvent, load.eventsPerSecond),
    times(costs.walBytesPerAttempt, attempts),
  );
  const perDay = sum(
    times(costs.eventBytes, load.eventsPerSecond),
    times(costs.deliveryBytes, deliveries),
    times(costs.attemptBytes, attempts),
  );

  const processes = (used, each) =>
    used === undefined ? undefined : Math.max(1, Math.ceil(used / (each * capacity.utilizationMax)));
  const share = (used, whole) => (used === undefined ? undefined : used / (whole * capacity.utilizationMax));
  const saturation = {
    'PostgreSQL CPU': share(postgresCores, capacity.postgresCores),
    'Redis CPU': share(redisCores, capacity.redisCores),
    'PostgreSQL write-ahead log': share(walBytes, capacity.walBytesPerSecond),
  };
  const known = Object.entries(saturation).filter(([, used]) => used !== undefined);
  const [first, most] = known.sort(([, a], [, b]) => b - a)[0] ?? [undefined, undefined];
  return {
    perSecond: { events: load.eventsPerSecond, deliveries, attempts },
    apiProcesses: processes(apiCores, capacity.apiCoresPerProcess),
    dispatcherProcesses: processes(dispatcherCores, capacity.dispatcherCoresPerProcess),
    cores: { api: apiCores, dispatcher: dispatcherCores, postgres: postgresCores, redis: redisCores },
    inFlight: attempts * load.secondsPerAttempt,
    diskBytes: times(perDay, 86_400 * load.retentionDays),
    saturation,
    /** What cannot be multiplied by starting another process, and how much of it is used; above 1 it does not fit one database. */
    firstToSaturate: first,
    databases: most === undefined ? undefined : Math.max(1, Math.ceil(most)),
    missing: Object.keys(measuredInputs).filter((name) => costs[name] === undefined),
  };
}

function times(value, factor) {
  return value === undefined ? undefined : value * factor;
}

/** What an event of this fan-out costs by these inputs, in the words of the report that holds the model against a run. */
export function foretell(costs, fanOut) {
  return {
    apiMicros: costs.apiCpuMicrosPerEvent + fanOut * costs.apiCpuMicrosPerDelivery,
    dispatcherMicros: fanOut * costs.dispatcherCpuMicrosPerAttempt,
    postgresMicros: costs.postgresCpuMicrosPerEvent + fanOut * costs.postgresCpuMicrosPerAttempt,
    redisMicros: fanOut * costs.redisCpuMicrosPerDelivery,
    walBytes: costs.walBytesPerEvent + fanOut * costs.walBytesPerAttempt,
  };
}

/** What is assumed unless it is asked otherwise. */
export const usualLoad = { fanOut: 1, attemptsPerDelivery: 1.1, secondsPerAttempt: 0.2, retentionDays: 30 };

if (process.argv[1]?.endsWith('scaling-model.mjs')) {
  const [file, ...rest] = process.argv.slice(2);
  const named = file !== undefined && Number.isNaN(Number(file));
  const [eventsPerSecond = '1000', fanOut = '1'] = named || file === undefined ? rest : [file, ...rest];
  const report = named ? readCosts(file) : newestCosts();
  console.log(
    report === undefined
      ? 'No report in bench/results has costs; make one: npm run bench -- costs'
      : `Costs from ${report.name} (${report.machine.cpu}, ${report.machine.cores} cores, commit ${report.machine.commit})`,
  );
  for (const factor of [1, 10, 100, 1000]) {
    const load = { ...usualLoad, fanOut: Number(fanOut), eventsPerSecond: Number(eventsPerSecond) * factor };
    const { missing, ...result } = model(report?.costs ?? {}, load);
    console.log(`${factor}×`, JSON.stringify(result, null, 2));
    if (factor === 1 && missing.length > 0) {
      console.log('Not measured yet, and left out of what follows:');
      for (const name of missing) console.log(`  ${name}: ${measuredInputs[name]}`);
    }
  }
}
