/**
 * Tells whether a pid that was written down earlier still means the process that it meant then. A pid alone does not: after
 * a reboot, and nearly always after a container's restart, the same number belongs to somebody else. So a pid is
 * remembered together with the moment its process began.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface RememberedProcess {
  pid: number;
  /** When it began, in whatever words the operating system has for that; only ever compared. */
  startedAt: string;
}

/** @returns undefined when no such process lives; one that is dead but not yet reaped by its parent counts as dead. */
export function liveProcess(pid: number): RememberedProcess | undefined {
  if (!exists(pid)) return undefined;
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isSameProcess(remembered: RememberedProcess): boolean {
  return liveProcess(remembered.pid)?.startedAt === remembered.startedAt;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it lives and is another user's
  }
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function startOnLinux(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // it ended in between
  }
  // The second field is the command in parentheses and may hold anything, so count from the last one.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  return rest[18]; // field 22: clock ticks between boot and the process's start
}

function startByPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
