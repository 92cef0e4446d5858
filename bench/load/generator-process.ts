/**
 * The product's side: emits events over keep-alive connections with requests that were built beforehand, and notes the id,
 * the target and the instants of every event that was accepted.
 */
import { EmitConnection, type Answered } from './emit-connection.js';
import {
  ACCEPTED,
  type GeneratorMethods,
  type LoadOptions,
  type LoadResult,
  type Pace,
} from './generator.js';
import { monotonicMs } from './monotonic.js';
import { readId } from './public-id.js';
import { Records } from './records.js';
import { serve } from './remote.js';

/** Timers fire every millisecond at best; events that fell due meanwhile go out together, each counted from its own instant. */
const TICK_MS = 1;
/** How long after the end answers are waited for. */
const PATIENCE_MS = 15_000;
const EXAMPLE_CHARACTERS = 300;

let records = new Records(ACCEPTED.bytes);

const methods: GeneratorMethods = {
  load: async (options, pace) => new Load(options, pace).run(),
  write: (file) => records.write(file),
  reset: () => {
    records = new Records(ACCEPTED.bytes);
  },
};

serve(methods);

class Load {
  private readonly requests: Buffer[];
  private readonly connections: EmitConnection[];
  private readonly idle: EmitConnection[] = [];
  /** Due, and waiting for a connection. */
  private readonly due: number[] = [];
  private readonly result: LoadResult;
  private started = 0;
  private over = false;

  constructor(
    private readonly options: LoadOptions,
    private readonly pace: Pace,
  ) {
    this.requests = options.targets.map((target) => requestFor(options, target.path, target.body));
    this.connections = Array.from(
      { length: options.connections },
      () =>
        new EmitConnection(options.host, options.port, {
          answered: (connection, answered) => this.answered(connection, answered),
          closed: (connection) => {
            const index = this.idle.indexOf(connection);
            if (index >= 0) this.idle.splice(index, 1);
          },
          reopened: (connection, withRequest) => {
            if (withRequest) this.result.unanswered++;
            this.continue(connection);
          },
        }),
    );
    this.result = { accepted: 0, refused: {}, unanswered: 0, startedMs: 0, endedMs: 0 };
  }

  async run(): Promise<LoadResult> {
    await Promise.all(this.connections.map((connection) => connection.open()));
    this.idle.push(...this.connections);
    this.result.startedMs = monotonicMs();
    if (this.pace.kind === 'closed') await this.runClosed(this.pace.durationMs);
    else await this.runOpen(this.pace.durationMs, this.pace.perSecond);
    this.over = true;
    await this.waitForAnswers();
    this.result.endedMs = monotonicMs();
    for (const connection of this.connections) connection.close();
    return this.result;
  }

  private async runClosed(durationMs: number): Promise<void> {
    const endMs = this.result.startedMs + durationMs;
    for (const connection of this.idle.splice(0)) this.sendNext(connection);
    while (monotonicMs() < endMs && !this.allSent()) await sleep(10);
  }

  private async runOpen(durationMs: number, perSecond: number): Promise<void> {
    const total = Math.round((durationMs * perSecond) / 1000);
    for (let scheduled = 0; scheduled < total; await sleep(TICK_MS)) {
      const dueByNow = Math.min(total, ((monotonicMs() - this.result.startedMs) * perSecond) / 1000);
      for (; scheduled < dueByNow; scheduled++) {
        this.due.push(this.result.startedMs + (scheduled * 1000) / perSecond);
      }
      while (this.due.length > 0 && this.idle.length > 0) this.sendDue(this.idle.pop()!);
    }
  }

  private answered(connection: EmitConnection, answered: Answered): void {
    if (answered.status === 202) this.accept(connection, answered);
    else this.refuse(answered);
    this.continue(connection);
  }

  private continue(connection: EmitConnection): void {
    if (this.due.length > 0) this.sendDue(connection);
    else if (this.pace.kind === 'closed' && !this.over && !this.allSent()) this.sendNext(connection);
    else this.idle.push(connection);
  }

  private accept(connection: EmitConnection, { bytes, idAt }: Answered): void {
    this.result.accepted++;
    const record = records.add();
    const wordAt = records.wordAt(record);
    readId(bytes, idAt, records.words, wordAt);
    records.words[wordAt + ACCEPTED.targetWord] = connection.target;
    const numberAt = records.numberAt(record);
    records.numbers[numberAt + ACCEPTED.dueNumber] = connection.dueMs;
    records.numbers[numberAt + ACCEPTED.sentNumber] = connection.sentMs;
    records.numbers[numberAt + ACCEPTED.answeredNumber] = monotonicMs();
  }

  private refuse({ status, bytes, bodyStart, end }: Answered): void {
    const refused = (this.result.refused[status] ??= {
      count: 0,
      example: bytes.toString('utf8', bodyStart, Math.min(end, bodyStart + EXAMPLE_CHARACTERS)),
    });
    refused.count++;
  }

  private sendNext(connection: EmitConnection): void {
    this.send(connection, monotonicMs());
  }

  private sendDue(connection: EmitConnection): void {
    this.send(connection, this.due.shift()!);
  }

  private send(connection: EmitConnection, dueMs: number): void {
    const target = this.started++ % this.requests.length;
    connection.send(this.requests[target]!, (this.options.firstTarget ?? 0) + target, dueMs);
  }

  private allSent(): boolean {
    return this.pace.kind === 'closed' && this.started >= (this.pace.eventsMax ?? Infinity);
  }

  private async waitForAnswers(): Promise<void> {
    const giveUpMs = monotonicMs() + PATIENCE_MS;
    const busy = (): boolean => this.due.length > 0 || this.connections.some((connection) => connection.busy);
    while (busy() && monotonicMs() < giveUpMs) await sleep(TICK_MS);
    this.result.unanswered += this.connections.filter((connection) => connection.busy).length;
  }
}

function requestFor({ host, port, key }: LoadOptions, path: string, body: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\nauthorization: Bearer ${key}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
