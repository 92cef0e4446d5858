/** What the pages about security say of the code is so: no limit without its code and variable, no proof without its test. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { variables } from '../../src/config.js';
import { errorTable } from '../../src/errors.js';
import { attemptErrors } from '../../src/model/error-code.js';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

/** The cells of a section's table, without its head. */
function rowsOf(document: string, heading: string): string[][] {
  const section = document.split(/^## /m).find((text) => text.startsWith(`${heading}\n`))!;
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => line.split('|').slice(1, -1));
}

const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

describe('docs/security.md', () => {
  const document = read('docs/security.md');

  it('names variables and codes that there are, in every limit', () => {
    const rows = rowsOf(document, 'Limits');
    expect(rows.length).toBeGreaterThan(15);
    const names = new Set(Object.values(variables).map(({ name }) => name));
    const codes = new Set([...Object.keys(errorTable), ...Object.keys(attemptErrors)]);
    for (const [what, , variable, code] of rows) {
      const unknown = [
        ...quoted(variable!).filter((name) => /^[A-Z_]+$/.test(name) && !names.has(name)),
        ...quoted(code!).filter((name) => !codes.has(name)),
      ];
      expect([what, unknown]).toEqual([what, []]);
    }
  });

  it('names tests that there are, in every row of what they try', () => {
    const rows = rowsOf(document, 'What the tests try');
    expect(rows.length).toBeGreaterThan(20);
    for (const [what, , tests] of rows) {
      const files = quoted(tests!).filter((name) => name.startsWith('test/'));
      expect([what, files.length > 0]).toEqual([what, true]);
      expect([what, files.filter((file) => !existsSync(new URL(file, ROOT)))]).toEqual([what, []]);
    }
  });
});

it('docs/decisions/dependencies.md has a reason for each production dependency, and no others', () => {
  const document = read('docs/decisions/dependencies.md');
  const [table] = document.split('`@posthorn/console`');
  const told = table!
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => quoted(line.split('|')[1]!))
    .map((name) => name.replace('…/', '@opentelemetry/'));
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  expect(told.sort()).toEqual(Object.keys(dependencies).sort());
});
