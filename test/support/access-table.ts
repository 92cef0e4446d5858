/** Who may call what, as docs/security.md says it. */
import { readFileSync } from 'node:fs';

export type AccessCell = 'yes' | '–' | 'cookie';
/** By the table's columns. */
export type AccessRow = Record<string, AccessCell>;

/** By `GET /v1/tenants/{tenant}`. */
export function readAccessTable(): Map<string, AccessRow> {
  const lines = readFileSync('docs/security.md', 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('| route '));
  const [, ...columns] = cellsOf(lines[start]!);
  const rows = lines.slice(start + 2).filter((line) => /^\| `[A-Z]+ \//.test(line));
  return new Map(
    rows.map((line) => {
      const [route, ...cells] = cellsOf(line);
      const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] as AccessCell]));
      return [route!.replaceAll('`', ''), row];
    }),
  );
}

function cellsOf(line: string): string[] {
  const cells = line.trim().slice(1, -1).split('|');
  return cells.map((cell) => cell.trim());
}
