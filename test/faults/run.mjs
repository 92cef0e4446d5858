/**
 * `npm run test:faults -- [flags] [files]`: runs the cases and prints the table of what they found.
 *
 *   --full              the long forms: Redis away for 60 s, Postgres for 30 s, a million waiting deliveries
 *   --soak              the soak alone: an hour at 500 events a second
 *   --minutes=60        how long it soaks
 *   --per-second=500    how many events a second
 *   --queue=redis       on this queue backend alone (CI runs Redis: it has every case, and twice the time is too much)
 *   --write             writes the table into docs/reliability.md
 *
 * Not a vitest plugin: vitest refuses flags that it does not know, so ours become variables (rig/options.ts).
 */
import { spawnSync } from 'node:child_process';
import console from 'node:console';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { renderTable, writeTable } from './results-table.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '60' },
    'per-second': { type: 'string', default: '500' },
    queue: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const resultsDir = mkdtempSync(path.join(tmpdir(), 'posthorn-faults-'));
const files = values.soak ? ['test/faults/soak.test.ts'] : positionals;
const { status } = spawnSync(
  path.join(root, 'node_modules', '.bin', 'vitest'),
  [
    'run',
    '--config',
    'vitest.faults.config.ts',
    ...(values.queue === undefined ? [] : ['--project', `queue on ${values.queue}`]),
    ...files,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      FAULTS_RESULTS_DIR: resultsDir,
      ...(values.full && { FAULTS_FULL: '1' }),
      ...(values.soak && {
        FAULTS_SOAK_MINUTES: values.minutes,
        FAULTS_SOAK_PER_SECOND: values['per-second'],
      }),
    },
  },
);
const table = renderTable(resultsDir);
console.log(`\n${table}\n`);
if (values.write && status === 0) writeTable(path.join(root, 'docs', 'reliability.md'), table);
rmSync(resultsDir, { recursive: true, force: true });
process.exit(status ?? 1);
