/** Case 6: SIGTERM with slow requests in flight, and a rolling restart of everything under load. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PosthornProcess } from '../support/process.js';
import { waitFor } from '../support/wait-for.js';
import { type Installation, startInstallation } from './rig/installation.js';
import { expectNothingLost, record } from './rig/results.js';
import { openScene } from './rig/scene.js';

const queue = inject('queue');

describe('stopping in order', () => {
  let installation: Installation;
  const apis: PosthornProcess[] = [];
  const dispatchers: PosthornProcess[] = [];

  beforeAll(async () => {
    // Attempts may take longer than usual here; the leases follow.
    installation = await startInstallation(queue, {
      env: { ATTEMPT_TIMEOUT_MS: '5000', SHUTDOWN_GRACE_MS: '8000' },
    });
    apis.push(await installation.start('api'));
    dispatchers.push(await installation.start('dispatcher'));
  });
  afterAll(() => installation.close());

  it('finishes slow requests before it exits with 0, and sends nothing twice', async () => {
    const scene = await openScene(installation, { api: apis[0]!, endpoints: [{ path: '/slow' }] });
    scene.receiver.reactWith(() => ({ delayMs: 2_000 }));
    const stream = scene.stream({ apiUrl: () => apis[0]!.url, perSecond: 50 });
    await waitFor(() => scene.receiver.receipts.length >= 10, {
      what: 'requests in flight',
      timeoutMs: 30_000,
    });
    await stream.stop();
    const stoppedAtMs = Date.now();
    expect(await dispatchers.pop()!.stop()).toBe(0);
    const tookMs = Date.now() - stoppedAtMs;
    expect(tookMs).toBeLessThan(8_000 + 4_000);

    scene.receiver.reactWith(() => ({}));
    dispatchers.push(await installation.start('dispatcher'));
    await scene.settle();
    const verdict = await scene.verdict();
    expectNothingLost(verdict);
    expect(verdict.duplicates).toMatchObject({ unrecorded: 0, overtaken: 0, unseenAnswer: 0 });
    const remark = `exit code 0 after ${(tookMs / 1000).toFixed(1)} s`;
    record({ case: '6a', fault: 'SIGTERM with slow requests in flight', queue, remark }, verdict);
    await scene.close();
  });

  it('restarts every process under load without a loss and without a duplicate', async () => {
    apis.push(await installation.start('api'));
    dispatchers.push(await installation.start('dispatcher'));
    const scene = await openScene(installation, { api: apis[0]! });
    scene.receiver.reactWith(() => ({ delayMs: 30 }));
    // As behind a load balancer that takes out a process before it is stopped.
    let turn = 0;
    let inRotation = [...apis];
    const stream = scene.stream({
      apiUrl: () => inRotation[turn++ % inRotation.length]!.url,
      perSecond: 60,
    });
    await stream.accepts(100);
    for (const [index, old] of dispatchers.entries()) {
      expect(await old.stop()).toBe(0);
      dispatchers[index] = await installation.start('dispatcher');
    }
    for (const [index, old] of apis.entries()) {
      inRotation = apis.filter((api) => api !== old);
      expect(await old.stop()).toBe(0);
      apis[index] = await installation.start('api');
      inRotation = [...apis];
    }
    await stream.accepts(100);
    await stream.stop();
    await scene.settle();

    const verdict = await scene.verdict();
    expectNothingLost(verdict);
    expect(verdict.emits).toMatchObject({ refused: 0, unanswered: 0 });
    expect(verdict.duplicates).toMatchObject({ unrecorded: 0, overtaken: 0, unseenAnswer: 0 });
    record({ case: '6b', fault: 'a rolling restart of every process under load', queue }, verdict);
    await scene.close();
  });
});
