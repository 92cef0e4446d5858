/**
 * A million retries wait. They are rows, so what they cost while they wait should be next to nothing; then all of them
 * are due at once, as after a long outage of everybody, and the claims have to keep the dispatcher busy.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Scenario } from '../harness/bench.js';
import { CpuMeter } from '../harness/cpu-meter.js';
import type { Installation } from '../harness/installation.js';
import { oneTenant } from '../harness/stage.js';
import { cpuSeconds, memoryMiB } from '../harness/usage.js';
import { NOTHING, type Tally } from '../report/section.js';
import { figure } from '../report/statistics.js';

const IDLE_MS = 4_000;
const CLAIM_MS = 6_000;
const HOSTS = 100;

export const waiting: Scenario = {
  name: 'waiting-retries',
  about: '1,000,000 retries wait, then are due',
  run: (bench) =>
    bench.withInstallation({ backend: bench.services.redis ? 'redis' : 'postgres' }, async (installation) => {
      const endpoints = bench.short ? 100 : 1_000;
      const events = bench.short ? 100 : 1_000;
      await oneTenant(bench, installation, { endpoints, hosts: HOSTS });
      const seededInMs = await seed(installation, events);
      const idle = await rest(bench, installation);
      const scrapesMs = await scrape(installation);

      const meter = new CpuMeter(bench, installation);
      const releasedAt = performance.now();
      await installation.ledger.query(`UPDATE lanes SET parked_until = '-infinity', ready_at = now()`);
      await sleep(bench.short ? 3_000 : CLAIM_MS);
      const { delivered } = await bench.receiver.call('progress');
      const seconds = (performance.now() - releasedAt) / 1000;
      const cpu = meter.perEvent(delivered);
      const busy = memoryOf(bench, installation);
      await Promise.all(installation.processes.map((one) => one.stop()));
      const tally = await account(bench, installation, events, endpoints);
      return {
        title: 'Waiting retries',
        about:
          `${(events * endpoints).toLocaleString('en-US')} deliveries of ${endpoints} endpoints wait behind open circuits (rows written by SQL); ` +
          'then all circuits are closed at once.',
        settings: {
          'idle seconds': IDLE_MS / 1000,
          'claiming seconds': CLAIM_MS / 1000,
          queue: installation.backend,
        },
        tables: [
          {
            title: '',
            columns: ['', 'Posthorn MiB', 'Redis MiB', 'Posthorn CPU %', 'PostgreSQL CPU %'],
            rows: [
              [
                'waiting',
                figure(idle.posthorn),
                figure(idle.redis),
                figure(idle.posthornCpu),
                figure(idle.postgresCpu),
              ],
              ['all due', figure(busy.posthorn), figure(busy.redis), '', ''],
            ],
          },
          {
            title: 'When all are due',
            columns: ['claimed and delivered /s', 'Posthorn µs', 'PostgreSQL µs', 'Redis µs'],
            rows: [
              [figure(delivered / seconds), figure(cpu.posthorn), figure(cpu.postgres), figure(cpu.redis)],
            ],
          },
        ],
        notes: [
          `GET /metrics with all of them waiting: ${scrapesMs.map(figure).join(', ')} ms.`,
          `The rows were written in ${figure(seededInMs / 1000)} s.`,
        ],
        tally,
        failures: [],
        data: { idle, scrapesMs, busy, delivered, seconds, cpu },
        ...(!bench.short && {
          goals: [
            {
              what: 'memory with 1,000,000 waiting retries',
              kind: 'MiB at most',
              goal: 300,
              measured: idle.posthorn,
            },
            {
              what: 'Redis with 1,000,000 waiting retries',
              kind: 'MiB at most',
              goal: 50,
              measured: idle.redis,
            },
          ],
        }),
      };
    }),
};

/** As the ledger looks after three failed attempts at each. */
async function seed({ ledger }: Installation, events: number): Promise<number> {
  const startedAt = performance.now();
  await ledger.query(`UPDATE lanes SET parked_until = 'infinity', backlogged = true`);
  await ledger.query(
    `INSERT INTO events (id, tenant_id, type, data, occurred_at, delivery_count, created_at)
     SELECT uuidv7(), t.id, 'invoice.paid', '{"note":"' || repeat('x', 900) || '"}', now(), 1, now()
       FROM generate_series(1, $1), (SELECT id FROM tenants LIMIT 1) t`,
    [events],
  );
  await ledger.query(
    `INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch,
                             attempt_count, schedule_attempts, trigger, last_status_code, last_attempt_at, created_at)
     SELECT uuidv7(), e.tenant_id, p.id, e.id, e.type, 'pending', false, now(), 3, 3, 3, 'emit', 503, now(), now()
       FROM events e CROSS JOIN endpoints p`,
  );
  await ledger.query('VACUUM ANALYZE deliveries');
  return performance.now() - startedAt;
}

async function rest(bench: Bench, installation: Installation) {
  const posthornPids = installation.processes.map((one) => one.pid);
  const cpu = () => ({
    posthorn: posthornPids.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
    postgres: cpuSeconds(bench.services.postgres.pid),
  });
  await sleep(2_000);
  const before = cpu();
  await sleep(IDLE_MS);
  const after = cpu();
  const percent = (part: 'posthorn' | 'postgres'): number =>
    ((after[part] - before[part]) * 100_000) / IDLE_MS;
  return {
    ...memoryOf(bench, installation),
    posthornCpu: percent('posthorn'),
    postgresCpu: percent('postgres'),
  };
}

/** Its figures count rows; the first of them are measured, the next ones come from what was measured. */
async function scrape({ admin, port }: Installation): Promise<number[]> {
  const tookMs: number[] = [];
  for (let run = 0; run < 3; run++) {
    const startedAt = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
      headers: { authorization: `Bearer ${admin.key}` },
    });
    await response.text();
    tookMs.push(performance.now() - startedAt);
  }
  return tookMs;
}

function memoryOf(bench: Bench, installation: Installation) {
  return {
    posthorn: Math.max(...installation.processes.map((one) => memoryMiB(one.pid).now)),
    redis: bench.services.redis ? memoryMiB(bench.services.redis.pid).now : NaN,
  };
}

/** No event was emitted here, so the ledger is held against the receiver as a whole. */
async function account(
  bench: Bench,
  { ledger }: Installation,
  events: number,
  endpoints: number,
): Promise<Tally> {
  const owed = events * endpoints;
  const { delivered, duplicates } = await bench.receiver.call('progress');
  const { succeeded = 0, pending = 0 } = await ledger.countByStatus();
  return {
    ...NOTHING,
    accepted: events,
    owed,
    delivered,
    // Some may have arrived and not be recorded: they are pending, and will arrive once more.
    waiting: Math.min(pending, owed - delivered),
    lost: Math.max(0, succeeded - delivered) + (owed - succeeded - pending),
    duplicates,
  };
}
