/** Case 1: a dispatcher dies of `kill -9`, at every point at which that could matter. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PosthornProcess } from '../support/process.js';
import { waitFor } from '../support/wait-for.js';
import { runUntilItDies } from './rig/doomed-process.js';
import { type Installation, startInstallation } from './rig/installation.js';
import { expectNothingLost, record } from './rig/results.js';
import { openScene } from './rig/scene.js';

const queue = inject('queue');

describe('a dispatcher is killed', () => {
  let installation: Installation;
  let api: PosthornProcess;

  beforeAll(async () => {
    installation = await startInstallation(queue);
    api = await installation.start('api');
  });
  afterAll(() => installation.close());

  it('delivers what three dispatchers in a row died of', async () => {
    const scene = await openScene(installation, { api, endpoints: [{ path: '/thrice' }] });
    let hold = true;
    scene.receiver.reactWith(({ time }) => (hold && time === 1 ? { delayMs: 30_000 } : {}));
    const stream = scene.stream({ apiUrl: () => api.url, perSecond: 100 });
    await stream.accepts(1);
    await stream.stop();

    await runUntilItDies(installation, 'send');
    expect(scene.receiver.receipts).toHaveLength(0);

    const second = await installation.start('dispatcher');
    await waitFor(() => scene.receiver.receipts.length > 0, { what: 'the request', timeoutMs: 20_000 });
    await second.kill();
    hold = false;

    await runUntilItDies(installation, 'record');
    const killedAtMs = Date.now();
    const fourth = await installation.start('dispatcher');
    await scene.settle();
    await fourth.stop();

    const verdict = await scene.verdict();
    expectNothingLost(verdict);
    // Each death after the request had arrived makes one duplicate, and nothing else does.
    expect(verdict.duplicates).toMatchObject({ overtaken: 0, unseenAnswer: 0 });
    record(
      {
        case: '1a',
        fault:
          '`kill -9` of three dispatchers in a row on the same deliveries: before sending, mid-request, after the 2xx',
        queue,
        recoveredAfterMs: lastReceipt(scene.receiver.receipts) - killedAtMs,
      },
      verdict,
    );
    await scene.close();
  });

  it('goes on with the others when one of them is killed under load', async () => {
    const doomed = await installation.start('dispatcher');
    const survivor = await installation.start('dispatcher');
    const scene = await openScene(installation, { api });
    scene.receiver.reactWith(() => ({ delayMs: 30 }));
    const stream = scene.stream({ apiUrl: () => api.url, perSecond: 100 });
    await stream.accepts(200);
    await doomed.kill();
    const killedAtMs = Date.now();
    await stream.accepts(200);
    await stream.stop();
    await scene.settle();

    const verdict = await scene.verdict();
    expectNothingLost(verdict);
    expect(verdict.emits).toMatchObject({ refused: 0, unanswered: 0 });
    expect(verdict.duplicates).toMatchObject({ overtaken: 0, unseenAnswer: 0 });
    const recoveredAfterMs = scene.recoveredAfterMs(killedAtMs);
    record(
      { case: '1b', fault: '`kill -9` of one of two dispatchers under load', queue, recoveredAfterMs },
      verdict,
    );
    expect(await survivor.stop()).toBe(0);
    await scene.close();
  });
});

function lastReceipt(receipts: readonly { atMs: number }[]): number {
  return Math.max(...receipts.map((receipt) => receipt.atMs));
}
