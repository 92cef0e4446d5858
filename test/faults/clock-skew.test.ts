/** Case 7: one dispatcher's clock is an hour ahead, another's an hour behind. The database's clock decides. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PosthornProcess } from '../support/process.js';
import { type Installation, preload, startInstallation } from './rig/installation.js';
import { type Receipt } from './rig/recording-receiver.js';
import { expectNothingLost, record } from './rig/results.js';
import { openScene } from './rig/scene.js';

const queue = inject('queue');
const HOUR_MS = 3_600_000;
const RETRY_AFTER_MS = 2_000;
/** The jitter of a schedule given in seconds is none; what is left is the scheduler's rest and a busy machine. */
const LATE_MS_MAX = 15_000;

describe('clocks that are wrong', () => {
  let installation: Installation;
  let api: PosthornProcess;

  beforeAll(async () => {
    installation = await startInstallation(queue);
    api = await installation.start('api');
    for (const skewMs of [HOUR_MS, -HOUR_MS]) {
      const skewed = await installation.start(
        'dispatcher',
        { NODE_OPTIONS: preload('skewed-clock'), CLOCK_SKEW_MS: String(skewMs) },
        { probe: '/healthz' },
      );
      // It works, and says what is wrong with the machine that it is on.
      expect(await (await fetch(`${skewed.url}/readyz`)).text()).toContain('clock');
    }
  });
  afterAll(() => installation.close());

  it('bring no retry early, lose none, and sign with the right time', async () => {
    const scene = await openScene(installation, {
      api,
      endpoints: [
        { path: '/moody', settings: { retry: { scheduleSeconds: [RETRY_AFTER_MS / 1000, 2, 2] } } },
      ],
    });
    // Every fourth fails once: enough retries, and no circuit that opens.
    scene.receiver.reactWith(({ time, webhookId }) =>
      time === 1 && /[048c]$/.test(webhookId) ? { status: 503 } : {},
    );
    const stream = scene.stream({ apiUrl: () => api.url, perSecond: 60 });
    await stream.accepts(300);
    await stream.stop();
    await scene.settle();

    const verdict = await scene.verdict();
    expectNothingLost(verdict);
    expect(verdict.duplicates).toMatchObject({ unrecorded: 0, overtaken: 0, unseenAnswer: 0 });
    const pauses = retryPauses(scene.receiver.receipts);
    expect(pauses.length).toBeGreaterThan(20);
    expect(Math.min(...pauses)).toBeGreaterThan(RETRY_AFTER_MS * 0.75);
    expect(Math.max(...pauses)).toBeLessThan(RETRY_AFTER_MS + LATE_MS_MAX);
    for (const { timestampSeconds, atMs } of scene.receiver.receipts) {
      expect(Math.abs(timestampSeconds * 1000 - atMs)).toBeLessThan(10_000);
    }
    const remark = `retries after ${Math.min(...pauses)} ms at the earliest, of ${RETRY_AFTER_MS} ms`;
    record(
      { case: '7', fault: 'clocks an hour ahead and an hour behind, one dispatcher each', queue, remark },
      verdict,
    );
    await scene.close();
  });
});

/** Between the first and the second request of those that were sent twice, in milliseconds. */
function retryPauses(receipts: readonly Receipt[]): number[] {
  const firsts = new Map(
    receipts.filter(({ time }) => time === 1).map((first) => [first.webhookId, first.atMs]),
  );
  return receipts
    .filter(({ time }) => time === 2)
    .map(({ webhookId, atMs }) => atMs - firsts.get(webhookId)!);
}
