/**
 * What runs inside the thread: JSONata over one event at a time. The thread is started from this function's own text, so
 * that it is the same in `dist` and where tests run the sources; it may therefore use nothing from outside itself.
 *
 * One tenant's expression runs where another's ran before. What they could leave behind is closed: variables live for
 * one evaluation, built-in prototypes take no additions, and the thread has no environment variables.
 */
import type { MessagePort } from 'node:worker_threads';

export interface Job {
  expression: string;
  /** JSON text; null: only see whether the expression can be read. */
  input: string | null;
}

export type Reply =
  | { kind: 'body'; body: string }
  /** `message` may quote the event; `reason` says the same without, for logs. */
  | { kind: 'problem'; reason: string; message: string };

export interface WorkerSettings {
  jsonataPath: string;
  bodyLengthMax: number;
}

interface Expression {
  evaluate(input: unknown, bindings: object): Promise<unknown>;
}

export function work(require: (id: string) => unknown): void {
  const { parentPort, workerData } = require('node:worker_threads') as {
    parentPort: MessagePort;
    workerData: WorkerSettings;
  };
  const jsonata = require(workerData.jsonataPath) as (expression: string) => Expression;
  for (const { prototype } of [Object, Array, String, Number, Boolean, Function]) {
    Object.preventExtensions(prototype);
  }
  const EXPRESSIONS_MAX = 200;
  const expressions = new Map<string, Expression>();

  parentPort.on('message', (job: Job) => {
    void answer(job).then((reply) => parentPort.postMessage(reply));
  });
  parentPort.postMessage('ready');

  async function answer({ expression, input }: Job): Promise<Reply> {
    try {
      const parsed = parse(expression);
      if (input === null) return { kind: 'body', body: '' };
      // Without bindings of its own, an evaluation would leave its variables to the next.
      const body = JSON.stringify(await parsed.evaluate(JSON.parse(input), {})) as string | undefined;
      if (body === undefined) return problem('the expression gives nothing for this event');
      if (body.length > workerData.bodyLengthMax)
        return problem(`the expression gives more than ${workerData.bodyLengthMax} characters of JSON`);
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
