/**
 * A steady stream of emits, as a product makes them: each is sent once, in its time, whatever became of those before it, and
 * its answer is written down. An emit ends in one of three ways: *accepted* (a 202), *refused* (another answer), or
 * *unanswered* (the connection broke, or nothing came in time). Only the first is a promise.
 */
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { ADMIN_KEY } from '../../support/environment.js';
import { waitFor } from '../../support/wait-for.js';

export type Answer =
  | { kind: 'accepted'; eventId: string; sentAtMs: number; atMs: number }
  | { kind: 'refused'; status: number; code: string; retryAfter: string | undefined; atMs: number }
  | { kind: 'unanswered'; reason: string; atMs: number };

export interface EmitStreamOptions {
  tenant: string;
  /** Asked for every emit: APIs come and go. */
  apiUrl: () => string;
  perSecond: number;
  /** Bytes of padding in every event's data. */
  paddingBytes?: number;
  type?: string;
}

const ANSWER_TIMEOUT_MS = 20_000;
/** Emits without an answer at most: a machine that is too slow for the rate is not buried under it. */
const OPEN_MAX = 100;
/** Emits are made a few at a time, this often. */
const TICK_MS = 10;

export class EmitStream {
  /** By the number that each event carries in its data. */
  readonly answers = new Map<number, Answer>();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: OPEN_MAX });
  private readonly padding: string;
  private readonly timer: NodeJS.Timeout;
  private readonly startedAtMs = performance.now();
  private made = 0;
  private open = 0;

  constructor(
    private readonly options: EmitStreamOptions,
    private readonly firstNumber: number,
  ) {
    // Random, since PostgreSQL would compress anything else, and no disk would ever be full.
    const bytes = options.paddingBytes ?? 0;
    this.padding = randomBytes(bytes).toString('base64').slice(0, bytes);
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  get acceptedCount(): number {
    return this.count('accepted');
  }

  count(kind: Answer['kind']): number {
    return [...this.answers.values()].filter((answer) => answer.kind === kind).length;
  }

  refusals(): Extract<Answer, { kind: 'refused' }>[] {
    return [...this.answers.values()].filter((answer) => answer.kind === 'refused');
  }

  /** Waits until so many more emits were accepted than there are now. */
  async accepts(count: number, timeoutMs = 60_000): Promise<void> {
    const goal = this.acceptedCount + count;
    await waitFor(() => this.acceptedCount >= goal, { timeoutMs, what: `${count} more 202s` });
  }

  /** Makes no more, and waits for the answers that are still to come. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await waitFor(() => this.open === 0, { timeoutMs: ANSWER_TIMEOUT_MS + 5_000, what: 'the last answers' });
    this.agent.destroy();
  }

  private tick(): void {
    const due = ((performance.now() - this.startedAtMs) * this.options.perSecond) / 1000;
    while (this.made < due) {
      this.made++;
      if (this.open < OPEN_MAX) this.emit(this.firstNumber + this.made);
    }
  }

  private emit(number: number): void {
    const { tenant, apiUrl, type = 'invoice.paid' } = this.options;
    // Half of them with an id of the emitter's own: those are stored another way.
    const id = number % 2 === 0 ? { id: `emit-${number}` } : {};
    const body = JSON.stringify({ ...id, type, data: { n: number, padding: this.padding } });
    const sentAtMs = Date.now();
    this.open++;
    let settled = false;
    const settle = (answer: Answer): void => {
      if (settled) return;
      settled = true;
      this.open--;
      this.answers.set(number, answer);
    };
    const outgoing = request(
      `${apiUrl()}/v1/tenants/${tenant}/events`,
      {
        method: 'POST',
        agent: this.agent,
        timeout: ANSWER_TIMEOUT_MS,
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', (error) => settle(unanswered(error)));
        response.on('end', () => settle(answerOf(response.statusCode!, response.headers, text, sentAtMs)));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', (error) => settle(unanswered(error)));
    outgoing.end(body);
  }
}

function answerOf(
  status: number,
  headers: Record<string, string | string[] | undefined>,
  text: string,
  sentAtMs: number,
): Answer {
  const body = JSON.parse(text) as { id?: string; code?: string };
  const atMs = Date.now();
  if (status === 202) return { kind: 'accepted', eventId: body.id!, sentAtMs, atMs };
  return {
    kind: 'refused',
    status,
    code: body.code ?? '',
    retryAfter: headers['retry-after'] as string | undefined,
    atMs,
  };
}

function unanswered(error: Error): Answer {
  return {
    kind: 'unanswered',
    reason: (error as NodeJS.ErrnoException).code ?? error.message,
    atMs: Date.now(),
  };
}
