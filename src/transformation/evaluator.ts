/**
 * One process that evaluates, bounded in time and memory. An expression that exceeds either ends the process, and whoever
 * owns it starts another. Starting takes some 80 ms and is not charged to the expression that waits for it.
 *
 * A process and not a thread: V8 ends the whole process when a thread's heap is full at the wrong moment, whatever its
 * `resourceLimits` say (https://github.com/nodejs/node/issues/47224), and one tenant's expression would end the dispatcher.
 *
 * JSONata has let expressions out before (CVE-2026-77415: a way to `Function`, and from there to everything). So the process
 * is one that has nothing to offer to whoever gets out: it makes no code from text, reads no file but JSONata's own,
 * writes none, starts no programs, and has no modules left to ask for (evaluate.ts).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { evaluateOnRequest, type EvaluatorSettings, type Job, type Reply } from './evaluate.js';

/** Far above what an event of the largest size needs, and far below what would trouble the machine. */
const HEAP_MB = 64;
const YOUNG_MB = 8;
const BODY_LENGTH_MAX = 1_048_576;
const START_MS_MAX = 10_000;

/** What an expression cannot do to its process: somebody else ended it. */
const FROM_OUTSIDE: readonly (NodeJS.Signals | null)[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

/** `unavailable` is nobody's fault but ours. */
export type Evaluated = Reply | { kind: 'unavailable'; reason: string };

/** What is not allowed by name is refused. Its name until Node 23.5. */
const PERMISSIONS = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

const SOURCE = `(${evaluateOnRequest.toString()})(require)`;

export class Evaluator {
  /** It was ended, by an expression or by close(), and answers nothing more. */
  ended = false;
  private readonly child: ChildProcess;
  private readonly started: Promise<void>;
  private settle: ((evaluated: Evaluated) => void) | undefined;

  constructor(jsonataPath = createRequire(import.meta.url).resolve('jsonata')) {
    const settings: EvaluatorSettings = {
      jsonataPath,
      bodyLengthMax: BODY_LENGTH_MAX,
      parent: process.pid,
    };
    this.child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${HEAP_MB}`,
        `--max-semi-space-size=${YOUNG_MB}`,
        '--disallow-code-generation-from-strings',
        '--disable-proto=delete',
        PERMISSIONS,
        `--allow-fs-read=${dirname(jsonataPath)}/`,
        '--allow-worker', // the watch of evaluate.ts
        '--eval',
        SOURCE,
        JSON.stringify(settings),
      ],
      // No environment: it has our secrets. No output: V8's report of a full heap is not our log.
      { env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
    );
    this.child.unref();
    this.child.channel?.unref();
    this.started = new Promise((resolve) => this.child.once('message', () => resolve()));
    this.child.on('message', (reply: Reply | 'ready') => {
      if (reply !== 'ready') this.settle?.(reply);
    });
    this.child.on('error', () => this.end(unavailable('the process for expressions cannot be reached')));
    this.child.on('exit', (_, signal) => {
      if (FROM_OUTSIDE.includes(signal)) this.end(unavailable('the process for expressions was ended'));
      else if (signal === 'SIGABRT')
        this.end(problem(`the expression took more than ${HEAP_MB} MB of memory`));
      else this.end(problem('the expression ended the process that evaluated it'));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** One job at a time. */
  async evaluate({ expression, input }: Job, timeMs: number): Promise<Evaluated> {
    const evaluated = new Promise<Evaluated>((resolve) => (this.settle = resolve));
    let timer = setTimeout(
      () => this.end(unavailable('no process for expressions could be started')),
      START_MS_MAX,
    );
    await Promise.race([this.started, evaluated]);
    clearTimeout(timer);
    if (!this.ended) {
      timer = setTimeout(() => {
        // When this process itself was held up, the answer may be there already: it is read before this is run.
        setImmediate(() => this.settle && this.end(problem(`the expression took longer than ${timeMs} ms`)));
      }, timeMs);
      this.child.send({ expression, input } satisfies Job, () => undefined);
    }
    const answer = await evaluated;
    this.settle = undefined;
    clearTimeout(timer);
    return answer;
  }

  /** @param evaluated what whoever still waits for an answer is told */
  end(evaluated: Evaluated): void {
    this.settle?.(evaluated);
    this.settle = undefined;
    if (this.ended) return;
    this.ended = true;
    this.child.kill('SIGKILL');
  }
}

export function unavailable(reason: string): Evaluated {
  return { kind: 'unavailable', reason };
}

function problem(reason: string): Evaluated {
  return { kind: 'problem', reason, message: reason };
}
