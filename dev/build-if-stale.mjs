/**
 * Builds what `npm start` and the tests run from `dist`, only when a source is newer than the last build: a compile costs ten
 * seconds, and a start should not. Plain JavaScript, because it runs before there is anything built.
 *
 * A build is known by its stamp, written after it has succeeded: a build that was broken off leaves none.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const builds = [
  {
    what: 'Posthorn',
    command: path.join('node_modules', '.bin', 'nest') + ' build',
    sources: [
      'src',
      'migrations',
      'dev',
      'package-lock.json',
      'nest-cli.json',
      'tsconfig.json',
      'tsconfig.build.json',
    ],
    stamp: 'dist/.built',
  },
  {
    what: 'the console',
    command: 'npm run --silent build --workspace console',
    sources: [
      'console/src',
      'console/public',
      'console/index.html',
      'console/package.json',
      'console/tsconfig.json',
      'console/vite.config.ts',
    ],
    stamp: 'console/dist/.built',
  },
  {
    what: 'the SDK',
    command: 'npm run --silent build --workspace @posthorn/sdk',
    sources: ['sdk/src', 'sdk/examples', 'sdk/package.json', 'sdk/tsconfig.json'],
    stamp: 'sdk/dist/.built',
  },
];

/** `npm run build` builds whatever is there already. */
const force = process.argv.includes('--force');

for (const build of builds) buildIfStale(build);

function buildIfStale({ what, command, sources, stamp }) {
  const stampFile = path.join(root, stamp);
  const newestMs = Math.max(0, ...sources.map((source) => newestChangeMs(path.join(root, source))));
  if (newestMs === 0) return;
  // The instant at which the build began is what counts: a source saved while it ran is not in it.
  const beganAt = new Date();
  if (!force && existsSync(stampFile) && statSync(stampFile).mtimeMs > newestMs) return;

  console.error(`Building ${what} …`);
  rmSync(stampFile, { force: true });
  const { status } = spawnSync(command, {
    cwd: root,
    shell: true,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stampFile, `${beganAt.toISOString()}\n`);
  utimesSync(stampFile, beganAt, beganAt);
}

/** Of a file, or of anything within a folder; a folder's own time tells of files that were removed. 0: there is none. */
function newestChangeMs(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(file).map((name) => newestChangeMs(path.join(file, name))));
}
