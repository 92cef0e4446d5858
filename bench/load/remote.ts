/**
 * Calls into a child process. The load generator, the receiver and the bare loop each have a process of their own, so
 * that none slows another down and each one's CPU time can be told apart.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

type Methods = Record<string, (...values: never[]) => unknown>;
type Call = { id: number; method: string; values: never[] };
type Answer = { id: number; value?: unknown; error?: string };

/** The side of the child. It ends with its parent, whatever ends that. */
export function serve(methods: Methods): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (call: Call) => {
    void answer(methods, call).then((message) => process.send?.(message));
  });
}

async function answer(methods: Methods, { id, method, values }: Call): Promise<Answer> {
  try {
    return { id, value: await methods[method]!(...values) };
  } catch (error) {
    return { id, error: (error as Error).stack ?? String(error) };
  }
}

/** The side of the parent. */
export class Remote<M extends Methods> {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >();
  private lastId = 0;
  readonly pid: number;

  constructor(script: URL) {
    const name = fileURLToPath(script);
    this.child = fork(name, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.pid = this.child.pid as number;
    this.child.on('message', (message) => this.settle(message as Answer));
    this.child.on('exit', (code, signal) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`${name} ended: ${code ?? signal}`));
      this.waiting.clear();
    });
  }

  call<K extends keyof M & string>(
    method: K,
    ...values: Parameters<M[K]>
  ): Promise<Awaited<ReturnType<M[K]>>> {
    if (!this.child.connected) return Promise.reject(new Error(`Process ${this.pid} has ended`));
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, method, values });
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.disconnect();
    await once(this.child, 'exit');
  }

  private settle({ id, value, error }: Answer): void {
    const waiter = this.waiting.get(id);
    this.waiting.delete(id);
    if (error !== undefined) waiter?.reject(new Error(error));
    else waiter?.resolve(value as never);
  }
}
