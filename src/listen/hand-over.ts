/**
 * The dispatcher's way to listeners: takes a finished request like the egress does, and where the egress would connect, lays
 * it down for the listener to fetch and waits for its answer. The dispatcher knows no difference: signature, timeout, retries,
 * circuit and log are those of any endpoint, and so is the record of what came of it.
 *
 *   put ─▶ (a listener takes it, wherever it is connected) ─▶ its answer ─▶ result
 *    └▶ no listener polls: connection_refused                └▶ none in time: timeout
 *
 * For other endpoints it costs a look at the first letters of their URL. Answers are asked for while there is something to
 * wait for, with one query for all of it: rows and not LISTEN/NOTIFY, since a session's channel does not survive a pooler.
 */
import type { Logger } from 'pino';
import type { Egress, PreparedRequest, SendResult } from '../egress/egress.js';
import type { EgressErrorCode } from '../model/error-code.js';
import { fromPublicId, newUuid } from '../model/id.js';
import { listenerOf, type ListenerAnswer, type ListenerRequest } from '../model/listener.js';
import type { Clock } from '../store/clock.js';
import type { Queryable } from '../store/database.js';
import { dropListenerRequest, putListenerRequest, takeListenerAnswers } from '../store/listener-requests.js';

export interface HandOverOptions {
  egress: Pick<Egress, 'send'>;
  database: Queryable;
  clock: Clock;
  log: Logger;
}

/** What a person at a desk does not notice, and a database neither. */
const ASK_EVERY_MS = 100;

interface Waiting {
  deadline: number;
  settle: (answer: ListenerAnswer | undefined) => void;
}

export class HandOver {
  private readonly waiting = new Map<string, Waiting>();
  private asking = false;

  constructor(private readonly options: HandOverOptions) {}

  send(request: PreparedRequest): Promise<SendResult> {
    const listener = listenerOf(request.url);
    return listener === undefined ? this.options.egress.send(request) : this.handOver(listener, request);
  }

  private async handOver(listener: string, request: PreparedRequest): Promise<SendResult> {
    const { database, clock, log } = this.options;
    const startedAt = performance.now();
    const failed = (code: EgressErrorCode, message: string): SendResult => ({
      kind: 'error',
      code,
      message,
      timings: { totalMs: Math.round(performance.now() - startedAt) },
      remoteAddress: null,
    });
    try {
      const requestId = newUuid(clock.nowMs());
      const listenerId = fromPublicId('lsn', listener);
      const put =
        listenerId !== undefined &&
        (await putListenerRequest(database, {
          requestId,
          listenerId,
          timeoutMs: request.timeoutMs,
          request: toListenerRequest(request),
        }));
      if (!put) return failed('connection_refused', 'The listener is not connected.');
      const answer = await this.answerTo(requestId, startedAt + request.timeoutMs);
      if (answer !== undefined) return toResult(answer, performance.now() - startedAt);
      const { taken } = await dropListenerRequest(database, requestId);
      return failed(
        'timeout',
        taken
          ? `The listener took the request and did not answer within ${request.timeoutMs} ms.`
          : `The listener did not fetch the request within ${request.timeoutMs} ms.`,
      );
    } catch (error) {
      log.debug({ reason: (error as Error).message }, 'listener.hand_over_failed');
      return failed('internal', 'The request could not be laid down for its listener.');
    }
  }

  private answerTo(requestId: string, deadline: number): Promise<ListenerAnswer | undefined> {
    return new Promise((settle) => {
      this.waiting.set(requestId, { deadline, settle });
      if (!this.asking) void this.ask();
    });
  }

  /** Runs while anything is waited for. */
  private async ask(): Promise<void> {
    this.asking = true;
    while (this.waiting.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      // While the database is away there are no answers; the deadlines pass all the same.
      const answers = await takeListenerAnswers(this.options.database, [...this.waiting.keys()]).catch(
        () => new Map<string, ListenerAnswer>(),
      );
      for (const [requestId, { deadline, settle }] of this.waiting) {
        const answer = answers.get(requestId);
        if (answer === undefined && performance.now() < deadline) continue;
        this.waiting.delete(requestId);
        settle(answer);
      }
    }
    this.asking = false;
  }
}

function toListenerRequest({ method, headers, body }: PreparedRequest): ListenerRequest {
  return { method, headers: Array.isArray(headers) ? named(headers) : headers, body: body.toString() };
}

/** Names and values, in turn. */
function named(flat: string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < flat.length; index += 2) headers[flat[index]!] = flat[index + 1]!;
  return headers;
}

/** In all it took what it took us; the first byte came when the local server had answered, by the listener's own watch. */
function toResult(answer: ListenerAnswer, tookMs: number): SendResult {
  const totalMs = Math.round(tookMs);
  const timings = { totalMs, firstByteMs: Math.min(answer.durationMs, totalMs) };
  if (answer.kind === 'error') {
    return { kind: 'error', code: answer.code, message: answer.message, timings, remoteAddress: null };
  }
  return {
    kind: 'response',
    statusCode: answer.statusCode,
    headers: answer.headers,
    body: Buffer.from(answer.body, 'base64'),
    bodyTruncated: answer.bodyTruncated,
    bodyCut: answer.bodyTruncated ? 'size' : null,
    timings,
    remoteAddress: null,
  };
}
