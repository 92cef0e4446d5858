/**
 * One Posthorn to a data directory. A second `npm start` beside the first would otherwise take the first one's database
 * for an orphan and stop it. Node has no `flock`, so the lock is a file that names its process; one whose process has
 * died is taken over, so `kill -9` needs no cleaning up by hand.
 *
 * What it trades away: two starts that find the same dead lock in the same millisecond are told apart by a rename, which
 * is atomic; a third in that same millisecond could slip through. Postgres guards its own files against that.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isSameProcess, liveProcess, type RememberedProcess } from './live-process.js';

export class DataDirInUse extends Error {
  constructor(
    readonly dataDir: string,
    readonly pid: number,
  ) {
    super(
      `Posthorn already runs on ${dataDir}, as process ${pid}.\n` +
        'Stop that one first, or start this one on its own data and port:\n\n' +
        '  DATA_DIR=.posthorn-2 PORT=8071 npm start\n',
    );
    this.name = 'DataDirInUse';
  }
}

/** Takes the lock. @returns the function that lets go of it. @throws DataDirInUse */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lockFile = path.join(dataDir, 'posthorn.lock');
  const mine = JSON.stringify(liveProcess(process.pid));
  for (;;) {
    if (createWhole(lockFile, mine)) return () => letGo(lockFile, mine);
    const found = read(lockFile);
    if (found === undefined) continue; // let go of in between
    const holder = parse(found);
    if (holder !== undefined && isSameProcess(holder)) throw new DataDirInUse(dataDir, holder.pid);
    takeAway(lockFile, found);
  }
}

/** A link appears at once and with its content; a file opened with `wx` would be seen empty for a moment. */
function createWhole(lockFile: string, content: string): boolean {
  const draft = `${lockFile}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a dead process's lock, and that one only: whoever replaced it in between gets theirs back. */
function takeAway(lockFile: string, deadContent: string): void {
  const aside = `${lockFile}.dead.${process.pid}`;
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== deadContent) linkSync(aside, lockFile);
  rmSync(aside, { force: true });
}

function letGo(lockFile: string, mine: string): void {
  if (read(lockFile) === mine) rmSync(lockFile, { force: true });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(content: string): RememberedProcess | undefined {
  try {
    return JSON.parse(content) as RememberedProcess;
  } catch {
    return undefined; // a disk that was full left half a file: nobody holds it
  }
}
