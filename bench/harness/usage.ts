/**
 * CPU time and memory of processes, from Linux's /proc. CPU time per event holds up on a machine that others use too;
 * events per second do not. Elsewhere there is no /proc, and the reports say n/a.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** In seconds: of the process and of its children, those that have ended included. */
export function cpuSeconds(pid: number): number {
  const own = statOf(pid);
  if (own === undefined) return NaN;
  let ticks = own.ticks + own.endedChildrenTicks;
  for (const child of childrenOf(pid)) ticks += statOf(child)?.ticks ?? 0;
  return ticks / ticksPerSecond();
}

/** Resident memory of one process and its peak, in MiB. */
export function memoryMiB(pid: number): { now: number; peak: number } {
  const status = readProc(pid, 'status') ?? '';
  const read = (field: string): number =>
    Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: Math.round(read('VmRSS')), peak: Math.round(read('VmHWM')) };
}

interface Stat {
  ticks: number;
  endedChildrenTicks: number;
  parent: number;
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: number): Stat | undefined {
  const text = readProc(pid, 'stat');
  if (text === undefined) return undefined;
  // The second field is the program's name in parentheses, and may hold anything.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return {
    parent: fields[1]!,
    ticks: fields[11]! + fields[12]!,
    endedChildrenTicks: fields[13]! + fields[14]!,
  };
}

/** PostgreSQL has a process for each connection. Grandchildren are not looked for: none of ours has any. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((other) => statOf(other)?.parent === pid);
  } catch {
    return [];
  }
}

function readProc(pid: number, file: string): string | undefined {
  if (!(pid > 0)) return undefined;
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined; // it has ended, or this is not Linux
  }
}

let knownTicks: number | undefined;

function ticksPerSecond(): number {
  return (knownTicks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })));
}
