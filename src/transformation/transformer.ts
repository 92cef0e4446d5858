/**
 * Evaluates customers' expressions over events without letting any of them harm another. Expressions run in a few
 * threads, started when the first is needed and never before. Of each line (an endpoint's, usually) one expression runs
 * at a time, and lines take turns: one that is slow in everything it does uses up its own turns and one thread,
 * and the rest go on in the others.
 *
 * Deliveries of endpoints without an expression never come here.
 */
import { Thread } from './thread.js';
import type { Reply } from './worker.js';

export type Transformed = Reply | { kind: 'busy' };

export interface TransformerOptions {
  threadsMax?: number;
  /** For one evaluation, on the clock of the wall. */
  timeMs?: number;
}

/** One for who is slow, one for everybody else; more would only compete for the cores with what sends. */
const THREADS_MAX = 2;
/** An expression of ordinary size takes well under a millisecond. */
const TIME_MS = 100;

interface Task {
  line: string;
  expression: string;
  input: string | null;
  timer: NodeJS.Timeout;
  resolve: (transformed: Transformed) => void;
}

export class Transformer {
  private readonly threadsMax: number;
  private readonly timeMs: number;
  /** In the order of their turns; none is empty. */
  private readonly lines = new Map<string, Task[]>();
  private readonly running = new Set<string>();
  private readonly idle: Thread[] = [];
  private readonly threads = new Set<Thread>();

  constructor({ threadsMax = THREADS_MAX, timeMs = TIME_MS }: TransformerOptions = {}) {
    this.threadsMax = threadsMax;
    this.timeMs = timeMs;
  }

  /**
   * @param input JSON text; null: only see whether the expression can be read
   * @param waitMs how long to wait for a turn; then the answer is `busy`, which is nobody's fault but ours
   */
  transform(line: string, expression: string, input: string | null, waitMs: number): Promise<Transformed> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.giveUp(task), waitMs);
      const task: Task = { line, expression, input, timer, resolve };
      const waiting = this.lines.get(line);
      if (waiting) waiting.push(task);
      else this.lines.set(line, [task]);
      this.startNext();
    });
  }

  close(): void {
    for (const tasks of [...this.lines.values()]) for (const task of [...tasks]) this.giveUp(task);
    for (const thread of this.threads) thread.end('this process is stopping');
    this.threads.clear();
    this.idle.length = 0;
  }

  private startNext(): void {
    for (;;) {
      const line = this.nextLine();
      if (line === undefined) return;
      const thread = this.idle.pop() ?? this.newThread();
      if (thread === undefined) return;
      void this.run(thread, this.takeFrom(line));
    }
  }

  private async run(thread: Thread, task: Task): Promise<void> {
    clearTimeout(task.timer);
    this.running.add(task.line);
    const reply = await thread.evaluate(task, this.timeMs);
    this.running.delete(task.line);
    if (thread.ended) this.threads.delete(thread);
    else this.idle.push(thread);
    task.resolve(reply);
    this.startNext();
  }

  private nextLine(): string | undefined {
    for (const line of this.lines.keys()) if (!this.running.has(line)) return line;
    return undefined;
  }

  /** Its next task; the line goes behind all others. */
  private takeFrom(line: string): Task {
    const tasks = this.lines.get(line)!;
    const task = tasks.shift()!;
    this.lines.delete(line);
    if (tasks.length > 0) this.lines.set(line, tasks);
    return task;
  }

  private newThread(): Thread | undefined {
    if (this.threads.size >= this.threadsMax) return undefined;
    const thread = new Thread();
    this.threads.add(thread);
    return thread;
  }

  private giveUp(task: Task): void {
    clearTimeout(task.timer);
    const tasks = this.lines.get(task.line) ?? [];
    const left = tasks.filter((other) => other !== task);
    if (left.length > 0) this.lines.set(task.line, left);
    else this.lines.delete(task.line);
    task.resolve({ kind: 'busy' });
  }
}
