/** Case 3: Redis forgets, fills up, drops its clients, or is away. Emits go on all the while. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PosthornProcess } from '../support/process.js';
import { type FaultRedis } from './rig/fault-redis.js';
import { type Installation, isAlive, startInstallation } from './rig/installation.js';
import { faultOptions } from './rig/options.js';
import { expectNothingLost, record } from './rig/results.js';
import { openScene } from './rig/scene.js';

const queue = inject('queue');
const AWAY_MS = faultOptions.full ? 60_000 : 8_000;
/** Of an endpoint, over both dispatchers (ENDPOINT_IN_FLIGHT_MAX). */
const IN_FLIGHT_MAX = 10;

interface RedisFault {
  name: string;
  fault: string;
  inject: (redis: FaultRedis) => Promise<void>;
}

const faults: RedisFault[] = [
  {
    name: '3a',
    fault: 'Redis: `FLUSHALL` and `SCRIPT FLUSH` with a backlog and retries waiting',
    inject: async (redis) => {
      await redis.command('FLUSHALL');
      await redis.command('SCRIPT', 'FLUSH');
    },
  },
  {
    name: '3b',
    fault: 'Redis: killed and restarted empty',
    inject: async (redis) => {
      await redis.kill();
      await redis.start();
    },
  },
  {
    name: '3c',
    fault: 'Redis: `CLIENT KILL` of every client',
    inject: async (redis) => {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    },
  },
  {
    name: '3d',
    fault: 'Redis: `maxmemory` reached for 5 s',
    inject: async (redis) => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '1mb');
      await sleep(5_000);
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    },
  },
  {
    name: '3e',
    fault: `Redis: stopped for ${AWAY_MS / 1000} s`,
    inject: async (redis) => {
      await redis.kill();
      await sleep(AWAY_MS);
      await redis.start();
    },
  },
];

describe.runIf(queue === 'redis')('Redis', () => {
  let installation: Installation;
  let api: PosthornProcess;
  let dispatchers: PosthornProcess[];

  beforeAll(async () => {
    installation = await startInstallation(queue);
    api = await installation.start('api');
    dispatchers = [await installation.start('dispatcher'), await installation.start('dispatcher')];
  });
  afterAll(() => installation.close());

  it.each(faults)('$fault', async ({ name, fault, inject: injectFault }) => {
    const scene = await openScene(installation, {
      api,
      endpoints: [
        { path: '/prompt' },
        // Slower than the stream: it has a backlog in the window and in the ledger.
        { path: '/slow', settings: { maxInFlight: 4 } },
        { path: '/moody', settings: { retry: { scheduleSeconds: [1, 2, 4, 8] } } },
      ],
    });
    scene.receiver.reactWith(({ path, time, webhookId }) => {
      if (path === '/slow') return { delayMs: 60 };
      // Every fourth waits for its retry: no circuit opens.
      return path === '/moody' && time === 1 && /[048c]$/.test(webhookId) ? { status: 503 } : {};
    });
    const stream = scene.stream({ apiUrl: () => api.url, perSecond: 100 });
    await stream.accepts(200);
    await injectFault(installation.redis!);
    const overAtMs = Date.now();
    await stream.accepts(200);
    await stream.stop();
    await scene.settle();

    const verdict = await scene.verdict();
    expectNothingLost(verdict);
    expect(verdict.emits).toMatchObject({ refused: 0, unanswered: 0 }); // 202 all the while
    expect(verdict.duplicates).toMatchObject({ unrecorded: 0, overtaken: 0, unseenAnswer: 0 });
    // The backlog drains within what the endpoints allow.
    for (const { path } of scene.endpoints) {
      expect(scene.receiver.inFlightMax(path)).toBeLessThanOrEqual(path === '/slow' ? 4 : IN_FLIGHT_MAX);
    }
    for (const { pid } of [api, ...dispatchers]) expect(isAlive(pid)).toBe(true);
    const recoveredAfterMs = scene.recoveredAfterMs(overAtMs);
    record({ case: name, fault, queue, recoveredAfterMs }, verdict);
    await scene.close();
  });
});
