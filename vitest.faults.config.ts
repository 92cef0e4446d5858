import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';
import { backends } from './test/faults/rig/backends.js';

/**
 * `npm run test:faults`: processes are killed, databases crash, Redis forgets. Each file has its own Postgres, its own
 * Redis and its own processes, and most of a case is waiting, so that several run beside each other; every file runs
 * once for each queue backend.
 */
export default defineConfig({
  ...base,
  test: {
    pool: 'forks',
    maxWorkers: 4,
    projects: backends().map((queue) => ({
      extends: true as const,
      test: {
        name: `queue on ${queue}`,
        provide: { queue },
        include: ['test/faults/**/*.test.ts'],
        testTimeout: 300_000,
        hookTimeout: 300_000,
      },
    })),
  },
});
