/**
 * One request, from Posthorn to a server on this machine, and its answer back. Whatever the local server does is an answer:
 * what it says, or why it says nothing. Bounded as Posthorn bounds any receiver: in time, and in what is kept of the body.
 */
import type { listenerErrors } from '../model/listener.js';

export interface ForwardedRequest {
  id: string;
  method: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
}

export type LocalAnswer = { durationMs: number } & (
  | { statusCode: number; headers: Record<string, string>; body: string; bodyTruncated: boolean }
  | { error: (typeof listenerErrors)[number]; message: string }
);

const BODY_BYTES_MAX = 16_384;
const HEADERS_BYTES_MAX = 12_000;
/** What is left of the time for the answer's own way back. */
const WAY_BACK_MS = 500;

export async function forward(url: string, request: ForwardedRequest): Promise<LocalAnswer> {
  const startedAt = performance.now();
  const durationMs = (): number => Math.round(performance.now() - startedAt);
  try {
    const response = await fetch(url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      redirect: 'manual', // a receiver that redirects has failed, here as there
      signal: AbortSignal.timeout(Math.max(1, request.timeoutMs - WAY_BACK_MS)),
    });
    const { bytes, isCut } = await readStart(response);
    return {
      statusCode: response.status,
      headers: bounded(response.headers),
      body: bytes.toString('base64'),
      bodyTruncated: isCut,
      durationMs: durationMs(),
    };
  } catch (error) {
    return { ...failureOf(error as Error), durationMs: durationMs() };
  }
}

/** The rest of a body is not read: its status line has decided already. */
async function readStart(response: Response): Promise<{ bytes: Buffer; isCut: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > BODY_BYTES_MAX) break;
    }
  } catch {
    return { bytes: Buffer.concat(chunks).subarray(0, BODY_BYTES_MAX), isCut: true };
  }
  return { bytes: Buffer.concat(chunks).subarray(0, BODY_BYTES_MAX), isCut: length > BODY_BYTES_MAX };
}

function bounded(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of headers) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (bytes > HEADERS_BYTES_MAX) break;
    kept[name] = value;
  }
  return kept;
}

function failureOf(error: Error): { error: (typeof listenerErrors)[number]; message: string } {
  const cause = error.cause as { code?: unknown; message?: string } | undefined;
  if (error.name === 'TimeoutError')
    return { error: 'timeout', message: 'The local server did not answer in time.' };
  if (cause?.code === 'ECONNREFUSED') {
    return { error: 'connection_refused', message: 'Nothing listens at the local address.' };
  }
  return {
    error: 'connection_reset',
    message: `The local server did not answer: ${cause?.message ?? error.message}`.slice(0, 500),
  };
}
