/**
 * Which headers may a tenant add to its requests? Not those that frame the message (a second length or a Host of
 * choice is how requests are smuggled past proxies and into other sites), not those that say what the body is, and not
 * those that prove where it comes from.
 *
 * `user-agent` and `content-type` are ours: receivers and their firewalls recognise us by the one, and the other
 * follows the body format.
 */
export interface HeaderProblem {
  name: string;
  reason: string;
}

export const CUSTOM_HEADERS_MAX = 20;
export const HEADER_NAME_LENGTH_MAX = 128;
export const HEADER_VALUE_LENGTH_MAX = 4_096;

/** Many servers take 8 KiB of headers in all; ours need about one of them. */
export const CUSTOM_HEADERS_BYTES_MAX = 6_144;

const reserved: ReadonlyMap<string, string> = new Map([
  ...[
    'host',
    'content-length',
    'transfer-encoding',
    'connection',
    'keep-alive',
    'upgrade',
    'te',
    'trailer',
  ].map((name) => [name, 'it frames the message, which is ours to do'] as const),
  ...['expect', 'http2-settings', 'max-forwards'].map(
    (name) => [name, 'it changes how the message is exchanged'] as const,
  ),
  ...['content-type', 'content-encoding'].map((name) => [name, 'it follows the body format'] as const),
  ['user-agent', 'it says that the request comes from Posthorn'],
  // A field name that JavaScript objects would take for their prototype.
  ['__proto__', 'it is not usable as a name'],
]);

const reservedPrefixes: ReadonlyArray<readonly [prefix: string, reason: string]> = [
  ['webhook-', 'these carry the signature'],
  ['proxy-', 'these are for proxies'],
];

/** RFC 9110, 5.6.2: the characters of a token. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Tab, visible ASCII, and the upper half of latin1, as sent on the wire; no CR, LF, NUL. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Every problem at once, so that a form can show them all. An empty list: the headers may be saved. */
export function judgeCustomHeaders(headers: Record<string, string>): HeaderProblem[] {
  const entries = Object.entries(headers);
  if (entries.length > CUSTOM_HEADERS_MAX) {
    return [{ name: '', reason: `${entries.length} headers, allowed are ${CUSTOM_HEADERS_MAX}` }];
  }
  const problems: HeaderProblem[] = [];
  const seen = new Set<string>();
  for (const [name, value] of entries) {
    const key = name.toLowerCase();
    const reason = seen.has(key) ? 'given twice' : (judgeName(name, key) ?? judgeValue(value));
    if (reason) problems.push({ name, reason });
    seen.add(key);
  }
  // Sent as `name: value\r\n`; what is not a string has its problem already and no length.
  const bytes = entries.reduce((sum, [name, value]) => sum + name.length + (value?.length || 0) + 4, 0);
  if (bytes > CUSTOM_HEADERS_BYTES_MAX) {
    problems.push({ name: '', reason: `${bytes} bytes in all, allowed are ${CUSTOM_HEADERS_BYTES_MAX}` });
  }
  return problems;
}

function judgeName(name: string, key: string): string | undefined {
  if (name.length > HEADER_NAME_LENGTH_MAX) return `a name of more than ${HEADER_NAME_LENGTH_MAX} characters`;
  if (!TOKEN.test(name)) return 'not a header name';
  const why = reserved.get(key) ?? reservedPrefixes.find(([prefix]) => key.startsWith(prefix))?.[1];
  return why && `reserved: ${why}`;
}

/** Takes `unknown`: what arrives is JSON, whatever the type says. */
function judgeValue(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'the value is not a string';
  if (value.length > HEADER_VALUE_LENGTH_MAX) {
    return `a value of more than ${HEADER_VALUE_LENGTH_MAX} characters`;
  }
  // The value itself is never repeated: it may be a secret.
  return FIELD_VALUE.test(value)
    ? undefined
    : 'the value contains a line break, a NUL or a character outside latin1';
}
