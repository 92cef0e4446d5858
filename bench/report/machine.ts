/** What a figure was measured on and with: without it a figure says nothing. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Services } from '../harness/services.js';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
  /** Of the minute before the start: above a few tenths, somebody else was at work, and figures of time are theirs too. */
  loadAverage: number;
  commit: string;
  node: string;
  postgres: string;
  redis: string;
  postgresSettings: Record<string, string | number>;
}

export function describeMachine(services: Services): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    loadAverage: loadavg()[0]!,
    commit: commit(),
    node: process.version,
    postgres: services.postgres.version,
    redis: services.redis?.version ?? 'none',
    postgresSettings: services.postgres.settings,
  };
}

/** Marked when the sources that run are not those of the commit. */
function commit(): string {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'migrations', 'package-lock.json') !== '';
    return git('rev-parse', '--short', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return 'unknown';
  }
}
