/**
 * What has to be done now and then in a program that runs for years. A task of the process runs in every one of them; a
 * task of the installation in whichever process claims it first (src/store/upkeep-claims.ts). One that fails is logged
 * and counted, and comes round again.
 */
import type { Logger } from 'pino';
import type { Queryable } from '../store/database.js';
import { claimTask, finishTask } from '../store/upkeep-claims.js';

export interface UpkeepTask {
  name: string;
  scope: 'process' | 'installation';
  everyMs: number;
  run: () => Promise<void>;
}

/** How often a process asks whether a task of the installation is due: should the one that had it die, another takes over. */
const ASK_MS_MAX = 60_000;
/** The first time round: soon, since a process may not live for an hour, and not for all of them in the same second. */
const FIRST_MS_MIN = 1_000;
const FIRST_MS_SPREAD = 4_000;

export class Upkeep {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly running = new Set<Promise<void>>();
  private stopping = false;

  constructor(
    private readonly tasks: UpkeepTask[],
    private readonly database: Queryable,
    private readonly log: Logger,
    /** Told of the tasks that failed; for metrics. */
    private readonly failed?: (task: string) => void,
  ) {}

  start(): void {
    for (const task of this.tasks) this.schedule(task, FIRST_MS_MIN + Math.random() * FIRST_MS_SPREAD);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    await Promise.all(this.running);
  }

  private schedule(task: UpkeepTask, delayMs: number): void {
    if (this.stopping) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const run = this.runInTurn(task).finally(() => this.running.delete(run));
      this.running.add(run);
    }, delayMs).unref();
    this.timers.add(timer);
  }

  private async runInTurn(task: UpkeepTask): Promise<void> {
    try {
      if (task.scope === 'process') await task.run();
      else await this.runClaimed(task);
    } catch (error) {
      this.failed?.(task.name);
      this.log.warn({ task: task.name, reason: (error as Error).message }, 'upkeep.failed');
    }
    this.schedule(task, task.scope === 'process' ? task.everyMs : Math.min(task.everyMs, ASK_MS_MAX));
  }

  private async runClaimed(task: UpkeepTask): Promise<void> {
    if (!(await claimTask(this.database, task.name, task.everyMs))) return;
    const startedAt = performance.now();
    try {
      await task.run();
      await finishTask(this.database, task.name);
    } catch (error) {
      await finishTask(this.database, task.name, (error as Error).message).catch(() => undefined);
      throw error;
    }
    this.log.debug({ task: task.name, tookMs: Math.round(performance.now() - startedAt) }, 'upkeep.done');
  }
}
