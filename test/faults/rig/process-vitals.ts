/** What a process holds: memory and open files, as the kernel counts them. Linux only; elsewhere it knows nothing. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Vitals {
  residentMb: number;
  openFiles: number;
}

export function vitalsOf(pid: number): Vitals | undefined {
  if (process.platform !== 'linux') return undefined;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const residentKb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  return { residentMb: Math.round(residentKb / 1024), openFiles: readdirSync(`/proc/${pid}/fd`).length };
}
