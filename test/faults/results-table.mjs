/** The results as the table in docs/reliability.md, between its two markers. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const BEGIN = '<!-- results: written by `npm run test:faults -- --write` -->';
const END = '<!-- end of results -->';

/** @param {string} dir where each case left a file (rig/results.ts) */
export function renderTable(dir) {
  const results = readdirSync(dir)
    .map((name) => JSON.parse(readFileSync(path.join(dir, name), 'utf8')))
    .sort((a, b) => order(a).localeCompare(order(b), 'en', { numeric: true }));
  return [
    '| | fault | queue | accepted | refused | lost | sent twice | recovered after | |',
    '|---|---|---|--:|--:|--:|---|--:|---|',
    ...results.map((result) => `| ${cells(result).join(' | ')} |`),
  ].join('\n');
}

export function writeTable(file, table) {
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${file} has lost the markers of its table`);
  writeFileSync(file, `${text.slice(0, from)}${BEGIN}\n\n${table}\n\n${text.slice(to)}`);
}

function cells(result) {
  return [
    result.case,
    result.fault,
    result.queue,
    result.accepted.toLocaleString('en'),
    result.refused.toLocaleString('en'),
    `**${result.lost}**`,
    result.duplicates === 0 ? '0' : result.duplicatesBecause,
    result.recoveredAfterMs === undefined ? '' : `${(result.recoveredAfterMs / 1000).toFixed(1)} s`,
    result.remark ?? '',
  ];
}

function order(result) {
  return `${result.case} ${result.queue}`;
}
