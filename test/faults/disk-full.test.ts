/** Case 8: Postgres has no space left: no false 202, and everything goes on when there is space again. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { handOver, postgresUser } from '../../dev/postgres-user.js';
import { type PosthornProcess } from '../support/process.js';
import { waitFor } from '../support/wait-for.js';
import { type Installation, isAlive, startInstallation } from './rig/installation.js';
import { expectNothingLost, record } from './rig/results.js';
import { openScene } from './rig/scene.js';

const queue = inject('queue');
/** Room for the schema with its indexes and some thousand events; the rest is taken by the ballast. */
const DISK_MB = 96;
const BALLAST_MB = 60;

const disk = mountSmallDisk();
if (disk === undefined) console.warn('Cannot mount a tmpfs here (it takes root). LEFT OUT: the full disk.');

describe.skipIf(disk === undefined)('a full disk', () => {
  let installation: Installation;
  let api: PosthornProcess;
  let dispatcher: PosthornProcess;

  beforeAll(async () => {
    writeFileSync(path.join(disk!, 'ballast'), Buffer.alloc(BALLAST_MB * 1024 * 1024));
    installation = await startInstallation(queue, {
      // Tables and indexes are on the small disk; the write-ahead log is not: without it Postgres itself goes down.
      prepare: async (postgres) => {
        await postgres.query(`CREATE TABLESPACE small LOCATION '${disk}/tables'`);
        await postgres.query(`ALTER DATABASE posthorn SET default_tablespace = small`);
      },
    });
    api = await installation.start('api');
    dispatcher = await installation.start('dispatcher');
  });
  afterAll(async () => {
    await installation.close();
    execFileSync('umount', [disk!]);
    rmSync(disk!, { recursive: true, force: true });
  });

  it('is answered with 503, never with a false 202, and recovered from', async () => {
    const scene = await openScene(installation, { api, endpoints: [{ path: '/one' }] });
    const stream = scene.stream({ apiUrl: () => api.url, perSecond: 100, paddingBytes: 20_000 });
    await waitFor(() => stream.count('refused') > 50, { what: 'the disk to be full', timeoutMs: 120_000 });
    rmSync(path.join(disk!, 'ballast'));
    const overAtMs = Date.now();
    await stream.accepts(100);
    await stream.stop();
    await scene.settle();

    const verdict = await scene.verdict();
    expectNothingLost(verdict);
    for (const { status, code, retryAfter } of stream.refusals()) {
      expect({ status, code }).toEqual({ status: 503, code: 'unavailable' });
      expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    for (const { pid } of [api, dispatcher]) expect(isAlive(pid)).toBe(true);
    const recoveredAfterMs = scene.recoveredAfterMs(overAtMs);
    record(
      { case: '8', fault: 'Postgres: the disk is full, until there is space again', queue, recoveredAfterMs },
      verdict,
    );
    await scene.close();
  });
});

function mountSmallDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const directory = mkdtempSync(path.join(tmpdir(), 'posthorn-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', directory], {
      stdio: 'ignore',
    });
  } catch {
    rmSync(directory, { recursive: true });
    return undefined;
  }
  chmodSync(directory, 0o755);
  const tables = path.join(directory, 'tables');
  mkdirSync(tables);
  handOver(tables, postgresUser(tables));
  return directory;
}
