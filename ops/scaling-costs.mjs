/**
 * Where the scaling model's inputs come from: the newest report in bench/results that measured them, so that no figure is
 * copied by hand and every one says which machine and commit it is of.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, URL } from 'node:url';

const RESULTS = fileURLToPath(new URL('../bench/results/', import.meta.url));

/**
 * The costs of a report (bench/scenarios/costs.ts); undefined when it has none, or none that can be relied on: the short form
 * is for CI, and a run with failures says nothing.
 */
export function readCosts(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const section = report.sections?.find(({ name }) => name === 'costs');
  if (report.short || !section?.data || section.failures.length > 0) return undefined;
  if (section.data.fullSpeed === undefined) return undefined; // measured far below what its machine sustains
  const { inputs: costs, ...measured } = section.data;
  const { startedAt, machine } = report;
  const name = path.basename(file, '.json');
  return { name, startedAt, machine, costs, ...measured };
}

/** @param {string} folder of reports */
export function newestCosts(folder = RESULTS) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => readCosts(path.join(folder, file)))
    .filter((report) => report !== undefined)
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
    .at(-1);
}
