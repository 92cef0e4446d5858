/**
 * What runs inside the process that evaluates: JSONata over one event at a time. It is started from this function's own
 * text, so that it is the same in `dist` and where tests run the sources; it may therefore use nothing from outside itself.
 *
 * One tenant's expression runs where another's ran before. What they could leave behind is closed: variables live for
 * one evaluation, built-in prototypes take no additions, and the process has no environment variables. What an expression
 * that got out of JSONata could use to get out of the process is taken away before the first one is read.
 */

import type * as Modules from 'node:module';
import type * as Threads from 'node:worker_threads';

export interface Job {
  expression: string;
  /** JSON text; null: only see whether the expression can be read. */
  input: string | null;
}

export type Reply =
  | { kind: 'body'; body: string }
  /** `message` may quote the event; `reason` says the same without, for logs. */
  | { kind: 'problem'; reason: string; message: string };

export interface EvaluatorSettings {
  jsonataPath: string;
  bodyLengthMax: number;
  /** The process that this one works for, and does not outlive. */
  parent: number;
}

interface Expression {
  evaluate(input: unknown, bindings: object): Promise<unknown>;
}

export function evaluateOnRequest(require: (id: string) => unknown): void {
  const settings = JSON.parse(process.argv.at(-1)!) as EvaluatorSettings;
  const { Worker } = require('node:worker_threads') as typeof Threads;
  const jsonata = require(settings.jsonataPath) as (expression: string) => Expression;
  // A parent that was killed cannot end an expression that runs for ever; only another thread notices then.
  const watch = `setInterval(() => process.ppid === ${settings.parent} || process.kill(process.pid, 'SIGKILL'), 1000)`;
  new Worker(watch, { eval: true }).unref();
  for (const { prototype } of [Object, Array, String, Number, Boolean, Function]) {
    Object.preventExtensions(prototype);
  }
  // Permissions say nothing of the network, so nothing that leads to it is left either.
  const { builtinModules } = require('node:module') as typeof Modules;
  const networks = ['fetch', 'WebSocket', 'EventSource'];
  for (const name of ['require', 'module', ...builtinModules, ...networks]) {
    if (name !== 'process') Reflect.deleteProperty(globalThis, name);
  }
  const powers = ['getBuiltinModule', 'binding', '_linkedBinding', 'dlopen', 'mainModule', 'kill', '_kill'];
  for (const name of powers) Reflect.deleteProperty(process, name);

  const EXPRESSIONS_MAX = 200;
  const expressions = new Map<string, Expression>();

  // Ctrl-C and service managers signal the whole group: the parent stops in its order, and ends this process last.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
  process.on('message', (job: Job) => {
    void answer(job).then((reply) => process.send!(reply));
  });
  process.on('disconnect', () => process.exit());
  process.send!('ready');

  async function answer({ expression, input }: Job): Promise<Reply> {
    try {
      const parsed = parse(expression);
      if (input === null) return { kind: 'body', body: '' };
      // Without bindings of its own, an evaluation would leave its variables to the next.
      const body = JSON.stringify(await parsed.evaluate(JSON.parse(input), {})) as string | undefined;
      if (body === undefined) return problem('the expression gives nothing for this event');
      if (body.length > settings.bodyLengthMax)
        return problem(`the expression gives more than ${settings.bodyLengthMax} characters of JSON`);
      return { kind: 'body', body };
    } catch (error) {
      return failure(error as { code?: string; position?: number; message?: string });
    }
  }

  function parse(expression: string): Expression {
    const known = expressions.get(expression);
    if (known !== undefined) return known;
    const parsed = jsonata(expression);
    if (expressions.size >= EXPRESSIONS_MAX) expressions.clear();
    expressions.set(expression, parsed);
    return parsed;
  }

  function problem(reason: string): Reply {
    return { kind: 'problem', reason, message: reason };
  }

  /** JSONata's codes: S is about the expression alone; T and D are about data, whose values stand in the message. */
  function failure({ code = 'internal', position, message = '' }: Parameters<typeof nameOf>[0]): Reply {
    const where = position === undefined ? '' : ` at character ${position}`;
    const named = `${nameOf({ code })}${where}`;
    return {
      kind: 'problem',
      reason: code.startsWith('S') ? `${named}: ${message}` : named,
      message: `${named}: ${message}`.slice(0, 500),
    };
  }

  function nameOf({ code }: { code?: string; position?: number; message?: string }): string {
    return `JSONata ${code}`;
  }
}
