/**
 * Evaluates customers' expressions over events without letting any of them harm another. Expressions run in a few
 * processes, started when the first is needed and never before. Of each line (an endpoint's, usually) one expression runs
 * at a time, and lines take turns: one that is slow in everything it does uses up its own turns and one process,
 * and the rest go on in the others.
 *
 * Deliveries of endpoints without an expression never come here.
 */
import { Evaluator, unavailable, type Evaluated } from './evaluator.js';

export interface TransformerOptions {
  processesMax?: number;
  /** For one evaluation, on the clock of the wall. */
  timeMs?: number;
}

/** One for who is slow, one for everybody else; more would only compete for the cores with what sends. */
const PROCESSES_MAX = 2;
/** An expression of ordinary size takes well under a millisecond. */
const TIME_MS = 100;

interface Task {
  line: string;
  expression: string;
  input: string | null;
  timer: NodeJS.Timeout;
  resolve: (evaluated: Evaluated) => void;
}

export class Transformer {
  private readonly processesMax: number;
  private readonly timeMs: number;
  /** In the order of their turns; none is empty. */
  private readonly lines = new Map<string, Task[]>();
  private readonly running = new Set<string>();
  private readonly idle: Evaluator[] = [];
  private readonly evaluators = new Set<Evaluator>();

  constructor({ processesMax = PROCESSES_MAX, timeMs = TIME_MS }: TransformerOptions = {}) {
    this.processesMax = processesMax;
    this.timeMs = timeMs;
  }

  /**
   * @param input JSON text; null: only see whether the expression can be read
   * @param waitMs how long to wait for a turn; then the answer is `unavailable`
   */
  transform(line: string, expression: string, input: string | null, waitMs: number): Promise<Evaluated> {
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
    for (const evaluator of this.evaluators) evaluator.end(unavailable('this process is stopping'));
    this.evaluators.clear();
    this.idle.length = 0;
  }

  private startNext(): void {
    for (;;) {
      const line = this.nextLine();
      if (line === undefined) return;
      const evaluator = this.idle.pop() ?? this.newEvaluator();
      if (evaluator === undefined) return;
      void this.run(evaluator, this.takeFrom(line));
    }
  }

  private async run(evaluator: Evaluator, task: Task): Promise<void> {
    clearTimeout(task.timer);
    this.running.add(task.line);
    const reply = await evaluator.evaluate(task, this.timeMs);
    this.running.delete(task.line);
    if (evaluator.ended) this.evaluators.delete(evaluator);
    else this.idle.push(evaluator);
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

  private newEvaluator(): Evaluator | undefined {
    if (this.evaluators.size >= this.processesMax) return undefined;
    const evaluator = new Evaluator();
    this.evaluators.add(evaluator);
    return evaluator;
  }

  private giveUp(task: Task): void {
    clearTimeout(task.timer);
    const tasks = this.lines.get(task.line) ?? [];
    const left = tasks.filter((other) => other !== task);
    if (left.length > 0) this.lines.set(task.line, left);
    else this.lines.delete(task.line);
    task.resolve(unavailable('no process for expressions was free in time'));
  }
}
