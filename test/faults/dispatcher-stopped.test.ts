/** Case 5: a dispatcher sleeps (`SIGSTOP`: a paused machine, a starved container) past the end of its leases, and wakes up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PosthornProcess } from '../support/process.js';
import { waitFor } from '../support/wait-for.js';
import { type Installation, startInstallation } from './rig/installation.js';
import { readLedger } from './rig/ledger.js';
import { LEASE_MS } from './rig/options.js';
import { expectNothingLost, record } from './rig/results.js';
import { openScene } from './rig/scene.js';

const queue = inject('queue');

describe('a dispatcher that slept', () => {
  let installation: Installation;
  let api: PosthornProcess;

  beforeAll(async () => {
    installation = await startInstallation(queue);
    api = await installation.start('api');
  });
  afterAll(() => installation.close());

  it('neither sends what it had not begun nor overwrites what was decided meanwhile', async () => {
    const sleeper = await installation.start('dispatcher');
    const scene = await openScene(installation, { api, endpoints: [{ path: '/one' }] });
    // What the sleeper has in flight is answered while it sleeps, and badly: a stale result that must not count.
    let asleep = false;
    scene.receiver.reactWith(() => (asleep ? {} : { status: 500, delayMs: 300 }));
    const stream = scene.stream({ apiUrl: () => api.url, perSecond: 100 });
    await waitFor(() => scene.receiver.receipts.length >= 10, {
      what: 'requests in flight',
      timeoutMs: 30_000,
    });
    process.kill(sleeper.pid, 'SIGSTOP');
    asleep = true;
    const other = await installation.start('dispatcher');
    await stream.stop();
    await sleep(LEASE_MS);
    await waitFor(async () => (await pending()) === 0, {
      what: 'the other to deliver all',
      timeoutMs: 60_000,
    });

    const receivedBefore = scene.receiver.receipts.length;
    const wokenAtMs = Date.now();
    process.kill(sleeper.pid, 'SIGCONT');
    // Long enough for whatever it would still do: its heartbeat and its looks come several times within.
    await sleep(4_000);
    await scene.settle();

    expect(scene.receiver.receipts.length).toBe(receivedBefore);
    const verdict = await scene.verdict();
    expectNothingLost(verdict);
    expect(verdict.deliveries.succeeded).toBe(verdict.deliveries.total);
    expect(verdict.duplicates).toMatchObject({ unrecorded: 0, overtaken: 0 });
    expect(await sleeper.stop()).toBe(0);
    expect(await other.stop()).toBe(0);
    record(
      {
        case: '5',
        fault: `a dispatcher stopped (\`SIGSTOP\`) past its leases and continued`,
        queue,
        remark: `${await staleAttempts(wokenAtMs)} stale results, logged and without effect`,
      },
      verdict,
    );
    await scene.close();

    async function pending(): Promise<number> {
      const ledger = await readLedger(installation.postgres, scene.tenantId);
      return ledger.flatMap((event) => event.deliveries).filter((delivery) => delivery.status === 'pending')
        .length;
    }

    /** Attempts of the sleeper's that are in the log with an epoch that somebody had overtaken. */
    async function staleAttempts(sinceMs: number): Promise<number> {
      const ledger = await readLedger(installation.postgres, scene.tenantId);
      return ledger
        .flatMap((event) => event.deliveries)
        .flatMap((delivery) => delivery.attempts.filter((attempt) => attempt.epoch < delivery.epoch))
        .filter((attempt) => attempt.startedAtMs < sinceMs).length;
    }
  });
});
