/** How long after `npm start` somebody can send a first event: with an empty folder, and with one that has a database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dev/free-port.js';
import type { Scenario } from '../harness/bench.js';
import { NOTHING } from '../report/section.js';
import { withSpread } from '../report/statistics.js';

/** From bench/dist/bench/scenarios/. */
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const START_TIMEOUT_MS = 120_000;

export const startUp: Scenario = {
  name: 'start-up',
  about: 'npm start until it answers',
  run: async (bench) => {
    const runs = bench.short ? 1 : 2;
    const firstMs: number[] = [];
    const againMs: number[] = [];
    for (let run = 0; run < runs; run++) {
      const dataDir = mkdtempSync(path.join(bench.services.scratch, 'start-'));
      firstMs.push(await start(dataDir));
      againMs.push(await start(dataDir));
    }
    return {
      title: 'Start-up',
      about: 'From `npm start` (built before; embedded PostgreSQL) until it answers.',
      settings: { runs },
      tables: [
        {
          title: 'Milliseconds: median (lowest–highest)',
          columns: ['first start', 'every other start'],
          rows: [[withSpread(firstMs), withSpread(againMs)]],
        },
      ],
      notes: [],
      tally: NOTHING,
      failures: [],
      data: { firstMs, againMs },
    };
  },
};

async function start(dataDir: string): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
    },
    // A group of its own, to be ended as one: npm, the shell that it starts, and Posthorn.
    detached: true,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  try {
    while (performance.now() - startedAt < START_TIMEOUT_MS) {
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
      const answers = await fetch(`http://127.0.0.1:${port}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (answers) return performance.now() - startedAt;
      await sleep(10);
    }
    throw new Error(`npm start does not answer after ${START_TIMEOUT_MS} ms`);
  } finally {
    if (child.exitCode === null) process.kill(-(child.pid as number), 'SIGTERM');
    await ended;
  }
}
