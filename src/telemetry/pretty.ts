/** Log lines for people: time, level, what happened, and the rest as name=value. Where nobody watches, it is JSON. */
const COLORS: Record<number, [string, string]> = {
  10: ['trace', '\x1b[90m'],
  20: ['debug', '\x1b[90m'],
  30: ['info ', '\x1b[32m'],
  40: ['warn ', '\x1b[33m'],
  50: ['error', '\x1b[31m'],
  60: ['fatal', '\x1b[31m'],
};
const RESET = '\x1b[0m';
const DIM = '\x1b[2m';

/** @param line one line of pino's JSON */
export function prettyLine(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { level, time, msg, err, stack, ...rest } = entry;
  const [name, color] = COLORS[Number(level)] ?? [String(level), ''];
  const fields = Object.entries(rest).map(([key, value]) => ` ${DIM}${key}=${RESET}${inline(value)}`);
  const trace = (err as { stack?: unknown } | undefined)?.stack ?? stack;
  const clock = String(time).slice(11, 23);
  return `${DIM}${clock}${RESET} ${color}${name}${RESET} ${String(msg)}${fields.join('')}\n${typeof trace === 'string' ? `${trace}\n` : ''}`;
}

/** A value must not break the line, nor move the cursor: some of it comes from receivers. */
function inline(value: unknown): string {
  const text = typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
  return text.replace(/[\u007f-\u009f]/g, '');
}
