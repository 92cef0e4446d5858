/**
 * One request and its answer: what undici calls back into. It collects what may be kept, and settles exactly once.
 *
 * A final status line decides the attempt. What happens to the body afterwards (too long, dripping, cut off) is noted
 * and changes nothing: a receiver that said 200 has the event, and one that said 503 wants its Retry-After honoured.
 * The body of a 2xx gets one second, since nobody waits for it; other bodies get what is left of the attempt's time,
 * since they say what went wrong.
 */
import { type Dispatcher } from 'undici';
import { type Connection, type Served } from './connection.js';
import { type Expiring } from './deadlines.js';
import { EgressFailure, exchangeFailure } from './failure.js';
import { type PreparedRequest, type AttemptTimings, type SendResult, type BodyCut } from './send-result.js';

const BODY_OF_SUCCESS_MS_MAX = 1_000;

/** What is read and thrown away beyond the kept bytes, so that a slightly long answer does not cost a connection. */
const DRAINED_BYTES_MAX = 65_536;

const RESPONSE_HEADERS_MAX = 100;

/** 102 and 103 are legal in any number; this many are an attack on our patience. */
const INFORMATIONAL_MAX = 32;

/** Nobody reads it: whoever is overdue has settled already. */
const OVERDUE = new EgressFailure('timeout', 'the time was over before the request began');

const EMPTY_BODY: Buffer = Buffer.alloc(0);

export interface ExchangeOwner {
  readonly responseBodyBytesMax: number;
  /** Settled. Only after an answer that was read to its end is the connection fit for another exchange. */
  settled(exchange: Exchange, connectionReusable: boolean): void;
}

export class Exchange implements Served, Expiring {
  deadlineAt: number;
  /** Set while a connection serves this exchange; null while it waits in line for one. */
  connection: Connection | null = null;
  reused = false;

  private readonly startedAt = performance.now();
  private settled = false;
  private informational = 0;
  private statusCode = 0;
  private headers: Record<string, string | string[]> = {};
  private firstByteAt = 0;
  private body = EMPTY_BODY;
  private bodyBytes = 0;

  constructor(
    readonly options: Dispatcher.DispatchOptions,
    private readonly request: PreparedRequest,
    private readonly owner: ExchangeOwner,
    private readonly resolve: (result: SendResult) => void,
  ) {
    this.deadlineAt = this.startedAt + request.timeoutMs;
  }

  // What undici calls, in this order.

  /**
   * The moment before the first byte is written, however long opening the connection took. A process that was paused
   * meanwhile hears of its connection before its timers run, and must not send what its lease no longer covers.
   */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (performance.now() < this.deadlineAt) return;
    this.expire();
    controller.abort(OVERDUE);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.settled) return;
    if (statusCode < 200) {
      this.informational += 1;
      if (this.informational > INFORMATIONAL_MAX) {
        this.fail(
          new EgressFailure('response_invalid', `more than ${INFORMATIONAL_MAX} informational responses`),
        );
      }
      return;
    }
    this.statusCode = statusCode;
    this.headers = firstOf(headers);
    this.firstByteAt = performance.now();
    if (statusCode < 300) {
      this.deadlineAt = Math.min(this.deadlineAt, this.firstByteAt + BODY_OF_SUCCESS_MS_MAX);
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled) return;
    const room = this.owner.responseBodyBytesMax - this.body.length;
    this.bodyBytes += chunk.length;
    if (room > 0) {
      const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
      this.body = this.body.length === 0 ? kept : Buffer.concat([this.body, kept]);
    }
    if (this.bodyBytes > this.owner.responseBodyBytesMax + DRAINED_BYTES_MAX) this.answer('size');
  }

  onResponseEnd(): void {
    if (this.settled) return;
    this.settle(this.response(this.bodyBytes > this.body.length ? 'size' : null), true);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.settled) return;
    if (this.statusCode > 0) this.answer(this.bodyBytes > this.body.length ? 'size' : 'connection');
    else this.fail(exchangeFailure(error));
  }

  // What we call.

  expire(): void {
    if (this.settled) return;
    if (this.statusCode > 0) this.answer(this.bodyBytes > this.body.length ? 'size' : 'time');
    else this.fail(this.tooLate());
  }

  fail(failure: EgressFailure): void {
    if (this.settled) return;
    const { code, message } = failure;
    this.settle({
      kind: 'error',
      code,
      message,
      timings: this.timings(),
      remoteAddress: this.remoteAddress(),
    });
  }

  /** The status line is in, the body is not, and we have waited or read enough. */
  private answer(bodyCut: BodyCut): void {
    this.settle(this.response(bodyCut));
  }

  private response(bodyCut: BodyCut | null): SendResult {
    return {
      kind: 'response',
      statusCode: this.statusCode,
      headers: this.headers,
      body: this.body,
      bodyTruncated: bodyCut !== null,
      bodyCut,
      timings: this.timings(),
      remoteAddress: this.remoteAddress(),
    };
  }

  private settle(result: SendResult, connectionReusable = false): void {
    this.settled = true;
    this.resolve(result);
    this.owner.settled(this, connectionReusable);
  }

  private remoteAddress(): string | null {
    return this.connection?.progress.remoteAddress ?? null;
  }

  private tooLate(): EgressFailure {
    const within = `within ${this.request.timeoutMs} ms`;
    if (!this.connection) return new EgressFailure('connections_exhausted', `no free connection ${within}`);
    const { stage } = this.connection.progress;
    const where = stage === 'connected' ? 'waiting for the answer' : stage;
    return new EgressFailure('timeout', `no status line ${within}; stopped while ${where}`);
  }

  private timings(): AttemptTimings {
    const timings: AttemptTimings = { totalMs: Math.round(performance.now() - this.startedAt) };
    if (this.firstByteAt > 0) timings.firstByteMs = Math.round(this.firstByteAt - this.startedAt);
    if (this.reused || !this.connection) return timings;
    const { dnsMs, connectMs, tlsMs } = this.connection.progress;
    if (dnsMs !== undefined) timings.dnsMs = dnsMs;
    if (connectMs !== undefined) timings.connectMs = connectMs;
    if (tlsMs !== undefined) timings.tlsMs = tlsMs;
    return timings;
  }
}

/** In bytes they are bounded already (16 KiB); thousands of one-letter names would still make a page of the log. */
function firstOf(headers: Record<string, string | string[] | undefined>): Record<string, string | string[]> {
  const all = headers as Record<string, string | string[]>;
  const names = Object.keys(all);
  if (names.length <= RESPONSE_HEADERS_MAX) return all;
  return Object.fromEntries(names.slice(0, RESPONSE_HEADERS_MAX).map((name) => [name, all[name]!]));
}
