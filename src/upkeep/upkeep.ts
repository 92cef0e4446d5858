/**
 * What has to be done now and then in a program that runs for years. Each task has its interval and, where one process
 * is enough, takes an advisory lock; a task that fails is logged and comes round again.
 */
import type { Logger } from 'pino';

export interface UpkeepTask {
  name: string;
  everyMs: number;
  run: () => Promise<void>;
}

export class Upkeep {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly tasks: UpkeepTask[],
    private readonly log: Logger,
  ) {}

  start(): void {
    for (const task of this.tasks) this.schedule(task);
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    await Promise.all(this.running);
  }

  private schedule(task: UpkeepTask): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const run = this.runOnce(task).finally(() => this.running.delete(run));
      this.running.add(run);
    }, task.everyMs).unref();
    this.timers.add(timer);
  }

  private async runOnce(task: UpkeepTask): Promise<void> {
    try {
      await task.run();
    } catch (error) {
      this.log.warn({ task: task.name, reason: (error as Error).message }, 'upkeep.failed');
    }
    this.schedule(task);
  }
}
