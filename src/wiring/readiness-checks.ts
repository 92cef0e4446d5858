/**
 * What each role is checked for before it is called ready. Here, beside the composition root, because the checks reach into
 * parts that do not know each other.
 *
 * An API answers as long as it can store events: a queue that is away delays deliveries and refuses nothing, so there it is
 * a warning. A dispatcher gets no requests, and its readiness is an alarm bell: for it everything counts.
 */
import type { Settings } from '../config.js';
import { checkEvictionPolicy } from '../queue/backend.js';
import type { ReferenceQueue } from '../queue/reference-queue.js';
import type { DatabaseClock } from '../store/clock.js';
import type { Queryable } from '../store/database.js';
import { checkPartitions, pendingMigrations } from '../store/health-queries.js';
import type { Check } from '../telemetry/readiness.js';
import { findStalls } from '../telemetry/stalls.js';
import type { Dispatching } from './dispatching.js';

/** Past this, certificates are judged by the wrong day and logs lie; deliveries themselves follow the database's clock. */
const CLOCK_SKEW_MS_MAX = 60_000;
const SCHEDULER_IDLE_MS_MAX = 15_000;
const EVICTION_CHECK_MS = 30_000;
const PARTITION_CHECK_MS = 10_000;

export interface CheckedParts {
  settings: Pick<Settings, 'role' | 'redisUrl' | 'inFlightMax' | 'stalledAfterMs'>;
  database: Queryable;
  clock: DatabaseClock;
  queue: ReferenceQueue;
  dispatching: Dispatching | undefined;
}

export function readinessChecks(parts: CheckedParts): Check[] {
  const { settings } = parts;
  const queueSeverity = settings.role === 'api' ? 'warns' : 'fails';
  return [
    { name: 'database', severity: 'fails', run: () => checkDatabase(parts) },
    { name: 'migrations', severity: 'fails', run: until(() => checkMigrations(parts)) },
    { name: 'clock', severity: 'fails', run: () => checkClock(parts) },
    {
      name: 'partitions',
      severity: settings.role === 'dispatcher' ? 'fails' : 'warns',
      run: remembered(PARTITION_CHECK_MS, () => findPartitionProblem(parts)),
    },
    { name: 'queue', severity: queueSeverity, run: () => checkQueue(parts) },
    ...(settings.redisUrl === undefined ? [] : [evictionCheck(settings.redisUrl, queueSeverity)]),
    ...(parts.dispatching === undefined ? [] : dispatchingChecks(parts, parts.dispatching)),
  ];
}

async function checkDatabase({ database }: CheckedParts): Promise<undefined> {
  await database.query('SELECT 1');
}

async function checkMigrations({ database }: CheckedParts): Promise<string | undefined> {
  const pending = await pendingMigrations(database);
  return pending.length === 0 ? undefined : `migrations are not applied: ${pending.join(', ')}`;
}

function checkClock({ clock }: CheckedParts): string | undefined {
  if (Math.abs(clock.skewMs) <= CLOCK_SKEW_MS_MAX) return undefined;
  const direction = clock.skewMs > 0 ? 'ahead of' : 'behind';
  return `this machine’s clock is ${Math.round(Math.abs(clock.skewMs) / 1000)} s ${direction} the database’s`;
}

async function findPartitionProblem({ database, clock }: CheckedParts): Promise<string | undefined> {
  const { missing, strayTables } = await checkPartitions(database, clock.nowMs());
  const problems = [
    ...(missing.length > 0 ? [`partitions are missing: ${missing.join(', ')}`] : []),
    ...(strayTables.length > 0 ? [`rows lie in the default partition of ${strayTables.join(', ')}`] : []),
  ];
  return problems.length === 0 ? undefined : problems.join('; ');
}

function checkQueue({ queue, settings }: CheckedParts): string | undefined {
  if (queue.state.reachable) return undefined;
  const where = settings.redisUrl === undefined ? 'PostgreSQL' : 'Redis';
  return `the queue on ${where} cannot be reached; deliveries wait in the ledger`;
}

function evictionCheck(redisUrl: string, severity: Check['severity']): Check {
  const run = remembered(EVICTION_CHECK_MS, async () => {
    const condition = await checkEvictionPolicy(redisUrl);
    return condition.fit ? undefined : condition.reason;
  });
  return { name: 'redis_eviction', severity, run };
}

function dispatchingChecks({ settings }: CheckedParts, dispatching: Dispatching): Check[] {
  return [
    {
      name: 'scheduler',
      severity: 'fails',
      run: () => {
        const { schedulerIdleMs } = dispatching.vitals;
        if (schedulerIdleMs <= SCHEDULER_IDLE_MS_MAX) return undefined;
        return `the scheduler has not looked for due deliveries for ${Math.round(schedulerIdleMs / 1000)} s`;
      },
    },
    {
      name: 'dispatcher',
      severity: 'fails',
      run: () => {
        const stalls = findStalls(dispatching.vitals, settings);
        if (stalls.length === 0) return undefined;
        return stalls.map(({ says, forMs }) => `${says} for ${Math.round(forMs / 1000)} s`).join('; ');
      },
    },
  ];
}

/** Asks until all was well once. */
function until(ask: () => Promise<string | undefined>): () => Promise<string | undefined> {
  let well = false;
  return async () => {
    if (well) return undefined;
    const reason = await ask();
    well = reason === undefined;
    return reason;
  };
}

/** The same answer for a while: some questions cost a connection. */
function remembered(ms: number, ask: () => Promise<string | undefined>): () => Promise<string | undefined> {
  let answer: Promise<string | undefined> | undefined;
  let askedAt = -Infinity;
  return () => {
    if (answer === undefined || performance.now() - askedAt > ms) {
      askedAt = performance.now();
      answer = ask();
      answer.catch(() => (answer = undefined));
    }
    return answer;
  };
}
