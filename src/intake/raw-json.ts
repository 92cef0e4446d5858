/**
 * Finds the text of a JSON value inside a larger one, so that an event's `data` reaches its receivers byte for byte:
 * parsed and printed again, numbers past 2^53 would be rounded, keys reordered, duplicates dropped.
 *
 * JSON.parse has judged the grammar before (see src/api/json-body.ts), so nothing is checked twice: it is enough to
 * step over strings and to count brackets. No recursion, and every character is looked at once, however deep or long
 * the input. In exchange, text that is not JSON gives slices without meaning.
 */
import { PosthornError } from '../errors.js';

/** The characters from `start` up to, not including, `end`; no white space around the value. */
export interface Slice {
  start: number;
  end: number;
}

/**
 * The members of the object that begins at `start`, by their names as JSON.parse would read them.
 * A name that stands twice is refused: which of the two was meant, parsers do not agree on (RFC 8259, 4).
 * @throws PosthornError `malformed_json`
 */
export function sliceMembers(text: string, start = 0): Map<string, Slice> {
  const members = new Map<string, Slice>();
  let at = skipSpace(text, skipSpace(text, start) + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(text, at);
    const name = readName(text, at, nameEnd);
    if (members.has(name))
      throw new PosthornError('malformed_json', `The member ${quote(name)} appears twice.`);
    const colon = skipSpace(text, nameEnd);
    const valueStart = skipSpace(text, colon + 1);
    const valueEnd = endOfValue(text, valueStart);
    members.set(name, { start: valueStart, end: valueEnd });
    at = skipComma(text, valueEnd);
  }
  return members;
}

/** The elements of the array that begins at `start`, in order. */
export function sliceElements(text: string, start = 0): Slice[] {
  const elements: Slice[] = [];
  let at = skipSpace(text, skipSpace(text, start) + 1);
  while (at < text.length && text.charCodeAt(at) !== CLOSE_ARRAY) {
    const end = endOfValue(text, at);
    elements.push({ start: at, end });
    at = skipComma(text, end);
  }
  return elements;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** The four characters of white space in JSON are the only ones up to here that stand between values. */
const SPACE = 0x20;

function endOfValue(text: string, start: number): number {
  switch (text.charCodeAt(start)) {
    case QUOTE:
      return endOfString(text, start);
    case OPEN_ARRAY:
    case OPEN_OBJECT:
      return endOfContainer(text, start);
    default:
      return endOfWord(text, start);
  }
}

function endOfContainer(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    at++;
    // `[` and `{`, `]` and `}` differ in one bit, and no other characters share the rest.
    const bracket = character | 0x20;
    if (bracket === OPEN_OBJECT) depth++;
    else if (bracket === CLOSE_OBJECT && --depth === 0) break;
  }
  return at;
}

/** The native search outruns any loop of ours; a run of backslashes is counted once, by the quote that follows it. */
function endOfString(text: string, start: number): number {
  let quoteAt = text.indexOf('"', start + 1);
  while (quoteAt !== -1 && isEscaped(text, quoteAt)) quoteAt = text.indexOf('"', quoteAt + 1);
  return quoteAt === -1 ? text.length : quoteAt + 1;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}

/** A number, true, false or null: until white space, a comma or a closing bracket. */
function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const character = text.charCodeAt(at);
    if (character <= SPACE || character === COMMA || (character | 0x20) === CLOSE_OBJECT) break;
    at++;
  }
  return at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= SPACE) at++;
  return at;
}

function skipComma(text: string, from: number): number {
  const at = skipSpace(text, from);
  return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : at;
}

/** `"d\u0061ta"` is another way to write `"data"`; the usual name has no escapes and needs no parser. */
function readName(text: string, start: number, end: number): string {
  const name = text.slice(start + 1, end - 1);
  return name.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : name;
}

/** Names are the caller's, and as long as they like. */
const QUOTED_LENGTH_MAX = 100;

function quote(name: string): string {
  return JSON.stringify(name.length > QUOTED_LENGTH_MAX ? `${name.slice(0, QUOTED_LENGTH_MAX)}…` : name);
}
