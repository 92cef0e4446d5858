/**
 * Cuts a TCP stream into HTTP/1.1 messages, just well enough for the two programs whose messages we know: a header
 * block and a body of a stated length. Node's own HTTP costs several times as much, which on a shared machine would be
 * taken from the program that is measured. What it does not understand it refuses loudly: a bench must not guess.
 */
const HEADERS_END = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = Buffer.from('\r\ncontent-length: ');
const ZERO = 48;
const NINE = 57;

/** Bounds of one message in `bytes`: the header block is [start, bodyStart), the body [bodyStart, end). */
export type OnMessage = (bytes: Buffer, start: number, bodyStart: number, end: number) => void;

export class MessageReader {
  private rest: Buffer | undefined;

  constructor(private readonly onMessage: OnMessage) {}

  push(chunk: Buffer): void {
    const bytes = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = undefined;
    let start = 0;
    while (start < bytes.length) {
      const headersEnd = bytes.indexOf(HEADERS_END, start);
      const bodyStart = headersEnd + HEADERS_END.length;
      const end = headersEnd === -1 ? Infinity : bodyStart + contentLength(bytes, start, headersEnd);
      if (end > bytes.length) {
        this.rest = start === 0 ? bytes : bytes.subarray(start);
        return;
      }
      this.onMessage(bytes, start, bodyStart, end);
      start = end;
    }
  }
}

/** Names are compared as Posthorn and undici write them: in lower case. */
function contentLength(bytes: Buffer, start: number, headersEnd: number): number {
  const found = bytes.indexOf(CONTENT_LENGTH, start);
  if (found === -1 || found > headersEnd) {
    throw new Error(`No content-length in:\n${bytes.toString('latin1', start, headersEnd)}`);
  }
  let length = 0;
  for (let at = found + CONTENT_LENGTH.length; bytes[at]! >= ZERO && bytes[at]! <= NINE; at++) {
    length = length * 10 + bytes[at]! - ZERO;
  }
  return length;
}
