/** Case 2: an API process dies of `kill -9` between the commit and the enqueue, and in the middle of a group commit. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PosthornProcess } from '../support/process.js';
import { waitFor } from '../support/wait-for.js';
import { crashEnvironment, type CrashPoint } from './rig/doomed-process.js';
import { type Installation, isAlive, startInstallation } from './rig/installation.js';
import { LEASE_MS } from './rig/options.js';
import { expectNothingLost, record } from './rig/results.js';
import { openScene } from './rig/scene.js';

const queue = inject('queue');

describe('an API process is killed', () => {
  let installation: Installation;
  let survivor: PosthornProcess;

  beforeAll(async () => {
    installation = await startInstallation(queue);
    survivor = await installation.start('api');
    await installation.start('dispatcher');
  });
  afterAll(() => installation.close());

  const cases: { point: CrashPoint; name: string; fault: string }[] = [
    { point: 'enqueue', name: '2a', fault: '`kill -9` of an API between commit and enqueue' },
    { point: 'group_commit', name: '2b', fault: '`kill -9` of an API in the middle of a group commit' },
  ];

  it.each(cases)('delivers what it had accepted: $fault', async ({ point, name, fault }) => {
    // Not the first time: with a stream behind it, and several emits in the group.
    const doomed = await installation.start('api', crashEnvironment(point, 8));
    const scene = await openScene(installation, { api: survivor });
    const stream = scene.stream({ apiUrl: () => doomed.url, perSecond: 200 });
    await waitFor(() => !isAlive(doomed.pid), { what: 'the API to die', timeoutMs: 60_000 });
    const killedAtMs = Date.now();
    await stream.stop();
    await scene.settle();

    const verdict = await scene.verdict();
    expectNothingLost(verdict);
    // A request without a 202 may or may not be stored: here some surely were cut off.
    expect(verdict.emits.unanswered).toBeGreaterThan(0);
    expect(verdict.duplicates).toMatchObject({ unrecorded: 0, overtaken: 0, unseenAnswer: 0 });
    const recoveredAfterMs = scene.recoveredAfterMs(killedAtMs);
    // What was committed and never enqueued comes back when its lease ends.
    expect(recoveredAfterMs).toBeLessThan(LEASE_MS + 10_000);
    record(
      {
        case: name,
        fault,
        queue,
        recoveredAfterMs,
        remark: `${verdict.storedWithout202} stored without an answer, whole`,
      },
      verdict,
    );
    await scene.close();
  });
});
