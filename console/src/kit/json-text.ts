/** JSON as text: laid out and cut into tokens without parsing its values, so that 9007199254740993 stays that. */
export interface Token {
  kind: 'key' | 'string' | 'number' | 'word' | undefined;
  text: string;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, number, word] = match;
    if (match.index > at) found.push({ kind: undefined, text: text.slice(at, match.index) });
    if (string !== undefined) {
      found.push({ kind: colon === undefined ? 'string' : 'key', text: string });
      if (colon !== undefined) found.push({ kind: undefined, text: colon });
    } else if (number !== undefined) found.push({ kind: 'number', text: number });
    else if (word !== undefined) found.push({ kind: 'word', text: word });
    at = match.index + whole.length;
  }
  if (at < text.length) found.push({ kind: undefined, text: text.slice(at) });
  return found;
}

/** On lines of its own, indented; undefined when it is not JSON. */
export function laidOut(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  let out = '';
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (inString) {
      out += char;
      if (char === '\\') out += text[++at] ?? '';
      else if (char === '"') inString = false;
      continue;
    }
    if (/\s/.test(char)) continue;
    if (char === '"') inString = true;
    if (char === '{' || char === '[') {
      const close = nextSolid(text, at + 1);
      if (text[close] === '}' || text[close] === ']') {
        out += char + text[close];
        at = close;
      } else out += `${char}${newLine(++depth)}`;
    } else if (char === '}' || char === ']') out += `${newLine(--depth)}${char}`;
    else if (char === ',') out += `,${newLine(depth)}`;
    else if (char === ':') out += ': ';
    else out += char;
  }
  return out;
}

function nextSolid(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at]!)) at++;
  return at;
}

function newLine(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}

/** The text of an object's member, byte for byte as it stands in the object's own text. */
export function memberText(objectText: string, name: string): string | undefined {
  let depth = 0;
  let from: number | undefined;
  for (const { 0: piece, index } of objectText.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/g)) {
    if (piece === '{' || piece === '[') depth++;
    else if (piece === '}' || piece === ']') depth--;
    else if (piece !== ',') {
      if (depth !== 1 || from !== undefined || JSON.parse(piece) !== name) continue;
      const colon = /^\s*:/.exec(objectText.slice(index + piece.length));
      if (colon !== null) from = index + piece.length + colon[0].length;
      continue;
    }
    const ends = from !== undefined && (depth === 0 || (piece === ',' && depth === 1));
    if (ends) return objectText.slice(from, index).trim();
  }
  return undefined;
}
