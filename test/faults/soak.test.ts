/**
 * An hour of ordinary work: nothing is lost, nothing is sent twice, and memory and open files are at the end what they were
 * at the beginning. By hand: `npm run test:faults -- --soak [--minutes=60] [--per-second=500]`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PosthornProcess } from '../support/process.js';
import { type Installation, startInstallation } from './rig/installation.js';
import { faultOptions } from './rig/options.js';
import { type Vitals, vitalsOf } from './rig/process-vitals.js';
import { record } from './rig/results.js';
import { openScene, type Scene } from './rig/scene.js';
import { type Verdict } from './rig/oracle.js';

const queue = inject('queue');
const { soakMinutes, soakPerSecond } = faultOptions;
/** Caches, pools and the compiler's work are in place by then. */
const WARM_MS = 60_000;
/** Growth that the garbage collector's mood explains; a leak of one object an event is far past it within minutes. */
const GROWTH_MAX = 1.5;

describe.runIf(soakMinutes !== undefined)(
  `${soakMinutes} minutes at ${soakPerSecond} events a second`,
  () => {
    let installation: Installation;
    let processes: { name: string; process: PosthornProcess }[];

    beforeAll(async () => {
      // Leases as in production: what is slow here is not to be taken for lost.
      installation = await startInstallation(queue, {
        env: { ATTEMPT_TIMEOUT_MS: '15000', LEASE_SLACK_MS: '15000' },
      });
      processes = [
        { name: 'api', process: await installation.start('api') },
        { name: 'dispatcher', process: await installation.start('dispatcher') },
      ];
    });
    afterAll(() => installation.close());

    it(
      'loses nothing and grows nowhere',
      async () => {
        const api = processes[0]!.process;
        const scene = await openScene(installation, { api, endpoints: [{ path: '/one' }] });
        const stream = scene.stream({ apiUrl: () => api.url, perSecond: soakPerSecond, paddingBytes: 1_000 });
        await sleep(WARM_MS);
        const before = measure(processes);
        await sleep(soakMinutes! * 60_000);
        const after = measure(processes);
        await stream.stop();
        await scene.settle();

        const verdict = await countUp(installation, scene, new Set(acceptedIds(stream.answers.values())));
        record(
          {
            case: 'soak',
            fault: `${soakMinutes} min at ${soakPerSecond}/s`,
            queue,
            remark: processes.map(({ name }, index) => both(name, before[index], after[index])).join('; '),
          },
          verdict,
        );
        expect(verdict).toMatchObject({ lost: [], deliveries: { pending: 0, failed: 0 } });
        for (const [index, vitals] of after.entries()) {
          if (vitals === undefined) continue;
          expect(vitals.residentMb).toBeLessThan(before[index]!.residentMb * GROWTH_MAX);
          expect(vitals.openFiles).toBeLessThan(before[index]!.openFiles * GROWTH_MAX + 20);
        }
        await scene.close();
      },
      (soakMinutes ?? 0) * 60_000 + 600_000,
    );
  },
);

function measure(processes: { process: PosthornProcess }[]): (Vitals | undefined)[] {
  return processes.map(({ process }) => vitalsOf(process.pid));
}

function both(name: string, before: Vitals | undefined, after: Vitals | undefined): string {
  return `${name} ${before?.residentMb} → ${after?.residentMb} MB, ${before?.openFiles} → ${after?.openFiles} files`;
}

function* acceptedIds(answers: Iterable<{ kind: string; eventId?: string }>): Generator<string> {
  for (const answer of answers) if (answer.kind === 'accepted') yield answer.eventId!;
}

/** The oracle's verdict without reading millions of rows into memory. */
async function countUp({ postgres }: Installation, scene: Scene, accepted: Set<string>): Promise<Verdict> {
  const arrived = new Set(scene.receiver.receipts.map((receipt) => receipt.webhookId));
  const rows = await postgres.query<{ status: keyof Verdict['deliveries']; count: number }>(
    `SELECT d.status::text, count(*)::int AS count FROM deliveries d WHERE d.tenant_id = $1 GROUP BY 1`,
    [scene.tenantId],
  );
  const deliveries = { total: 0, succeeded: 0, pending: 0, failed: 0, canceled: 0 };
  for (const { status, count } of rows) {
    deliveries[status] += count;
    deliveries.total += count;
  }
  return {
    emits: { accepted: accepted.size, refused: 0, unanswered: 0 },
    storedWithout202: deliveries.total - accepted.size,
    deliveries,
    lost: [...accepted].filter((eventId) => !arrived.has(eventId)),
    broken: [],
    duplicates: {
      unrecorded: scene.receiver.receipts.length - arrived.size,
      overtaken: 0,
      unseenAnswer: 0,
      unexplained: [],
    },
  };
}
