/**
 * The one parser of request bodies. Stricter than most, because `data` is carried byte for byte to receivers whose
 * parsers are strict: bytes that are not UTF-8 are refused rather than replaced, and a byte order mark is not JSON.
 *
 * The depth is judged on the bytes before anything is built: JSON.parse itself does not recurse, but whoever walks its
 * result (validation, filters) does. Costs about a nanosecond a byte.
 */
import { isUtf8 } from 'node:buffer';
import { PosthornError } from '../errors.js';

export const JSON_DEPTH_MAX = 100;

export interface JsonBody {
  text: string;
  value: unknown;
}

/** @throws PosthornError `malformed_json`, `json_too_deep` */
export function parseJsonBody(bytes: Buffer): JsonBody {
  if (!isUtf8(bytes)) throw new PosthornError('malformed_json', 'The body is not UTF-8.');
  if (nestsDeeperThan(bytes, JSON_DEPTH_MAX)) throw new PosthornError('json_too_deep');
  const text = bytes.toString('utf8');
  try {
    return { text, value: JSON.parse(text) };
  } catch (error) {
    throw new PosthornError('malformed_json', whereItBreaks(error), { cause: error });
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function nestsDeeperThan(bytes: Buffer, depthMax: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > depthMax) return true;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  return false;
}

/** The engine's own message quotes the body, which does not belong into logs. */
function whereItBreaks(error: unknown): string {
  const position = /position (\d+)/.exec((error as Error).message)?.[1];
  return position === undefined
    ? 'The body ends before the JSON does.'
    : `The JSON breaks at character ${position}.`;
}
