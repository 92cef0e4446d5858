import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

/** `npm run test:faults`: processes are killed, databases crash, Redis forgets. Slow, and one at a time. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: undefined } },
  defineConfig({
    test: {
      include: ['test/faults/**/*.test.ts'],
      testTimeout: 300_000,
      hookTimeout: 120_000,
      // What one fault does to the machine must not be another's measurement.
      fileParallelism: false,
    },
  }),
);
