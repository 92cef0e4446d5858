/** What an emit says in its headers. */
import type { IncomingHttpHeaders } from 'node:http';
import { PosthornError } from '../../errors.js';
import { validationFailed } from '../validation.js';

export interface EmitHeaders {
  idempotencyKey?: string;
  hops?: number;
  traceparent?: string;
}

/** 1 to 255 printable ASCII characters. https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;
/** https://www.w3.org/TR/trace-context/#traceparent-header, any version but the forbidden one. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * A receiver that emits because of a webhook passes `posthorn-hops` on. Chains of this length are wished for; longer
 * ones go in circles, each round doubling the traffic.
 */
export const HOPS_MAX = 8;

/** @throws PosthornError `validation_failed`, `loop_detected` */
export function readEmitHeaders(headers: IncomingHttpHeaders): EmitHeaders {
  const read: EmitHeaders = {};
  const key = headers['idempotency-key'];
  if (key !== undefined) {
    if (!IDEMPOTENCY_KEY.test(String(key))) {
      throw validationFailed([
        { path: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' },
      ]);
    }
    read.idempotencyKey = String(key);
  }
  const hops = headers['posthorn-hops'];
  if (hops !== undefined) read.hops = readHops(String(hops));
  const traceparent = headers['traceparent'];
  // The standard wants a malformed one ignored: tracing must not break what is traced.
  if (traceparent !== undefined && TRACEPARENT.test(String(traceparent))) {
    read.traceparent = String(traceparent);
  }
  return read;
}

function readHops(text: string): number {
  if (!/^\d{1,4}$/.test(text)) {
    throw validationFailed([
      { path: 'posthorn-hops', message: 'must be a whole number, as it was received' },
    ]);
  }
  const hops = Number(text);
  // 422 and not 508: repeating it cannot help, and clients repeat whatever begins with a 5.
  if (hops > HOPS_MAX) throw new PosthornError('loop_detected');
  return hops;
}
