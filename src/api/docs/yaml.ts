/**
 * Writes plain data as YAML 1.2, the same text for the same data: the drift check compares bytes. Strings are written
 * as JSON writes them, which every YAML parser reads, except where they are plain words or run over lines.
 */
type Plain = string | number | boolean | null | undefined | Plain[] | { [key: string]: Plain };

export function toYaml(value: object): string {
  return `${block(value as Plain, 0).trimStart()}\n`;
}

/** A value after `key:` or `-`: on the same line when it is short, on lines of its own when it has parts. */
function block(value: Plain, indent: number): string {
  const pad = '  '.repeat(indent);
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []';
    return value.map((item) => `\n${pad}-${inItem(block(item, indent + 1))}`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    if (fields.length === 0) return ' {}';
    return fields.map(([key, field]) => `\n${pad}${scalar(key)}:${block(field, indent + 1)}`).join('');
  }
  if (typeof value === 'string' && isTextBlock(value)) {
    return ` |-\n${value
      .split('\n')
      .map((line) => (line === '' ? '' : pad + line))
      .join('\n')}`;
  }
  return ` ${typeof value === 'string' ? scalar(value) : String(value)}`;
}

/** The first field of an item stands on the dash's line. */
function inItem(text: string): string {
  return text.startsWith('\n') ? ` ${text.slice(1).trimStart()}` : text;
}

function isTextBlock(text: string): boolean {
  return text.includes('\n') && !/^[\s]|\s$|[^\n\u0020-\uffff]|[ \t]\n/.test(text);
}

const PLAIN_WORD = /^[A-Za-z_/$][\w./$ {}-]*$/;
const MEANS_SOMETHING_ELSE = /^(true|false|null|yes|no|on|off|y|n|~)$/i;

function scalar(text: string): string {
  const isPlain = PLAIN_WORD.test(text) && !MEANS_SOMETHING_ELSE.test(text) && !/\s$/.test(text);
  return isPlain ? text : JSON.stringify(text);
}
