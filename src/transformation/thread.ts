/**
 * One thread that evaluates, bounded in time and memory. An expression that exceeds either ends the thread, which is
 * the only way to stop it, and whoever owns the thread starts another. Starting takes some 50 ms and is not charged to
 * the expression that waits for it.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { work, type Job, type Reply, type WorkerSettings } from './worker.js';

/** Far above what an event of the largest size needs, and far below what would trouble the process. */
const MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };
const BODY_LENGTH_MAX = 1_048_576;
const START_MS_MAX = 10_000;

const SOURCE = `(${work.toString()})(require)`;
const settings: WorkerSettings = {
  jsonataPath: createRequire(import.meta.url).resolve('jsonata'),
  bodyLengthMax: BODY_LENGTH_MAX,
};

export class Thread {
  /** It was ended, by an expression or by close(), and answers nothing more. */
  ended = false;
  private readonly worker: Worker;
  private readonly started: Promise<void>;
  private settle: ((reply: Reply) => void) | undefined;

  constructor() {
    this.worker = new Worker(SOURCE, {
      eval: true,
      name: 'transformation',
      workerData: settings,
      resourceLimits: MEMORY,
      env: {},
      execArgv: [],
    });
    this.worker.unref();
    this.started = new Promise((resolve) => this.worker.once('message', () => resolve()));
    this.worker.on('message', (reply: Reply | 'ready') => {
      if (reply !== 'ready') this.settle?.(reply);
    });
    this.worker.on('error', (error: Error & { code?: string }) =>
      this.end(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? `the expression took more than ${MEMORY.maxOldGenerationSizeMb} MB of memory`
          : 'the expression ended the thread that evaluated it',
      ),
    );
    this.worker.on('exit', () => this.end('the thread that evaluated the expression was stopped'));
  }

  /** One job at a time. */
  async evaluate({ expression, input }: Job, timeMs: number): Promise<Reply> {
    const reply = new Promise<Reply>((resolve) => (this.settle = resolve));
    let timer = setTimeout(
      () => this.end('no thread to evaluate the expression in could be started'),
      START_MS_MAX,
    );
    await Promise.race([this.started, reply]);
    clearTimeout(timer);
    if (!this.ended) {
      timer = setTimeout(() => {
        // When this process itself was held up, the answer may be there already: it is read before this is run.
        setImmediate(() => this.settle && this.end(`the expression took longer than ${timeMs} ms`));
      }, timeMs);
      this.worker.postMessage({ expression, input } satisfies Job);
    }
    const answer = await reply;
    this.settle = undefined;
    clearTimeout(timer);
    return answer;
  }

  end(reason: string): void {
    this.settle?.({ kind: 'problem', reason, message: reason });
    this.settle = undefined;
    if (this.ended) return;
    this.ended = true;
    void this.worker.terminate();
  }
}
