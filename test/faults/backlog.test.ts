/** Case 13: a million deliveries wait, and their time comes at once. Memory is bounded, and nobody else notices much. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PosthornProcess } from '../support/process.js';
import { type Installation, startInstallation } from './rig/installation.js';
import { type EmitStream } from './rig/emit-stream.js';
import { faultOptions } from './rig/options.js';
import { vitalsOf } from './rig/process-vitals.js';
import { type RecordingReceiver } from './rig/recording-receiver.js';
import { expectNothingLost, record } from './rig/results.js';
import { openScene, type Scene } from './rig/scene.js';

const queue = inject('queue');
const WAITING = faultOptions.full ? 1_000_000 : 20_000;
const WATCHED_MS = faultOptions.full ? 60_000 : 20_000;
const LOOK_MS = 4_000;
/** The figure of docs/reliability.md; an idle process has 120 MB of it. */
const RESIDENT_MB_MAX = 300;
const REDIS_MB_MAX = 50;
/** Of what others had emitted when the watching ended: what arrived while the backlog was being drained. */
const OTHERS_SERVED_MIN = 0.8;

describe('a backlog whose time comes at once', () => {
  let installation: Installation;
  let api: PosthornProcess;

  beforeAll(async () => {
    installation = await startInstallation(queue, { postgres: { max_wal_size: '4GB' } });
    api = await installation.start('api');
  });
  afterAll(() => installation.close());

  it('is drained steadily, in bounded memory, while other tenants are served', async () => {
    const paths = ['/1', '/2', '/3', '/4', '/5'];
    const buried = await openScene(installation, {
      api,
      endpoints: paths.map((path) => ({ path, settings: { maxInFlight: 20 } })),
    });
    const others = await openScene(installation, { api, endpoints: [{ path: '/others' }] });
    await bury(installation, buried);
    const dispatchers = [await installation.start('dispatcher'), await installation.start('dispatcher')];
    const stream = others.stream({ apiUrl: () => api.url, perSecond: 30 });

    const progress: number[] = [];
    let residentMb = 0;
    let redisMb = 0;
    for (let passedMs = 0; passedMs < WATCHED_MS; passedMs += LOOK_MS) {
      const before = buried.receiver.receipts.length;
      await sleep(LOOK_MS);
      progress.push(buried.receiver.receipts.length - before);
      for (const { pid } of dispatchers) residentMb = Math.max(residentMb, vitalsOf(pid)?.residentMb ?? 0);
      redisMb = Math.max(redisMb, await redisMegabytes(installation));
      if (buried.receiver.receipts.length >= WAITING) break;
    }
    const served = others.receiver.receipts.length / stream.acceptedCount;
    await stream.stop();
    await others.settle();
    for (const dispatcher of dispatchers) expect(await dispatcher.stop()).toBe(0);

    const verdict = await others.verdict();
    expectNothingLost(verdict);
    await expectAccountedFor(installation, buried);
    expect(Math.min(...progress)).toBeGreaterThan(0);
    expect(residentMb).toBeLessThan(RESIDENT_MB_MAX);
    expect(redisMb).toBeLessThan(REDIS_MB_MAX);
    expect(served).toBeGreaterThan(OTHERS_SERVED_MIN);
    const p99Ms = latencyP99(stream, others.receiver);
    const perSecond = Math.round(buried.receiver.receipts.length / ((progress.length * LOOK_MS) / 1000));
    record(
      {
        case: '13',
        fault: `${WAITING.toLocaleString('en')} waiting deliveries come due at once`,
        queue,
        remark: [
          `${perSecond}/s drained`,
          `dispatchers ≤ ${residentMb} MB`,
          ...(redisMb > 0 ? [`Redis ≤ ${redisMb} MB`] : []),
          `others’ p99 ${p99Ms} ms`,
        ].join(', '),
      },
      verdict,
    );
    await buried.close();
    await others.close();
  });
});

/** Straight into the ledger: what matters is that they wait, not how they came. */
async function bury({ postgres }: Installation, scene: Scene): Promise<void> {
  await postgres.query(
    `WITH made AS (
       INSERT INTO events (id, tenant_id, type, data, occurred_at, delivery_count, created_at)
       SELECT uuidv7(), $1, 'invoice.paid', '{"n":' || n || '}', now(), 1, now() FROM generate_series(1, $2) AS n
       RETURNING id
     ), numbered AS (SELECT id, (row_number() OVER ())::int AS n FROM made)
     INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch, trigger, created_at)
     SELECT uuidv7(), $1, ($3::uuid[])[1 + n % array_length($3::uuid[], 1)], id, 'invoice.paid', 'pending', false, now(), 1,
            'emit', now()
       FROM numbered`,
    [scene.tenantId, WAITING, scene.endpoints.map((endpoint) => endpoint.id)],
  );
  await postgres.query('ANALYZE');
  await postgres.query(`UPDATE lanes SET ready_at = now(), backlogged = true WHERE tenant_id = $1`, [
    scene.tenantId,
  ]);
}

/** Nothing twice, nothing said to be delivered that was not, and the rest still owed. */
async function expectAccountedFor({ postgres }: Installation, scene: Scene): Promise<void> {
  const rows = await postgres.query<{ status: string; count: number }>(
    `SELECT d.status::text, count(*)::int AS count FROM deliveries d WHERE d.tenant_id = $1 GROUP BY 1`,
    [scene.tenantId],
  );
  const counts = new Map(rows.map((row) => [row.status, row.count]));
  const arrived = new Set(scene.receiver.receipts.map((receipt) => receipt.webhookId));
  expect(scene.receiver.receipts.length).toBe(arrived.size);
  expect(counts.get('succeeded') ?? 0).toBe(arrived.size);
  expect((counts.get('succeeded') ?? 0) + (counts.get('pending') ?? 0)).toBe(WAITING);
}

async function redisMegabytes({ redis }: Installation): Promise<number> {
  if (redis === undefined) return 0;
  const info = String(await redis.command('INFO', 'memory'));
  return Math.round(Number(/^used_memory:(\d+)/m.exec(info)?.[1]) / 1024 / 1024);
}

function latencyP99(stream: EmitStream, receiver: RecordingReceiver): number {
  const arrivedAtMs = new Map(receiver.receipts.map((receipt) => [receipt.webhookId, receipt.atMs]));
  const latencies: number[] = [];
  for (const answer of stream.answers.values()) {
    if (answer.kind === 'accepted') latencies.push(arrivedAtMs.get(answer.eventId)! - answer.sentAtMs);
  }
  latencies.sort((a, b) => a - b);
  return latencies[Math.floor(latencies.length * 0.99)]!;
}
