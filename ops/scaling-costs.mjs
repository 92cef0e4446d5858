/**
 * Where the scaling model's inputs come from: the newest report in bench/results that measured them, so that no figure is
 * copied by hand and every one says which machine and commit it is of. A report holds what events of some fan-outs cost;
 * what an event, a delivery and an attempt cost is fitted to that here.
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
  const { inputs, measured, fullSpeed, deliveriesPerSecond, foretoldFanOut } = section.data;
  const { startedAt, machine } = report;
  return {
    name: path.basename(file, '.json'),
    startedAt,
    machine,
    costs: { ...inputs, ...costsOf(measured.filter(({ fanOut }) => fanOut !== foretoldFanOut)) },
    fullSpeed,
    deliveriesPerSecond,
    foretoldFanOut,
    found: measured.find(({ fanOut }) => fanOut === foretoldFanOut)?.usage,
  };
}

/**
 * What an event costs grows by the same with each delivery.
 * @param {{ fanOut: number, usage: Record<string, number>, rowBytes: Record<string, number> }[]} runs
 */
export function costsOf(runs) {
  const points = (part) => runs.map(({ fanOut, usage }) => [fanOut, usage[part]]);
  const [api, postgres, wal] = ['apiMicros', 'postgresMicros', 'walBytes'].map((part) => line(points(part)));
  const [fewest, most] = [runs[0], runs.at(-1)];
  return {
    apiCpuMicrosPerEvent: api.atZero,
    apiCpuMicrosPerDelivery: api.slope,
    dispatcherCpuMicrosPerAttempt: slopeFromZero(points('dispatcherMicros')),
    postgresCpuMicrosPerEvent: postgres.atZero,
    postgresCpuMicrosPerAttempt: postgres.slope,
    redisCpuMicrosPerDelivery: slopeFromZero(points('redisMicros')),
    walBytesPerEvent: wal.atZero,
    walBytesPerAttempt: wal.slope,
    eventBytes: fewest.rowBytes.events,
    deliveryBytes: most.rowBytes.deliveries,
    attemptBytes: most.rowBytes.attempts,
  };
}

/**
 * The line of least squares of which no part is negative. Where the best line begins below zero, what an
 * event itself costs is lost in the noise, and the best line that is left begins at zero.
 */
function line(points) {
  const [meanX, meanY] = [0, 1].map((axis) => mean(points.map((point) => point[axis])));
  const slope =
    sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / sum(points.map(([x]) => (x - meanX) ** 2));
  if (slope < 0) return { atZero: meanY, slope: 0 };
  const atZero = meanY - slope * meanX;
  return atZero < 0 ? { atZero: 0, slope: slopeFromZero(points) } : { atZero, slope };
}

function slopeFromZero(points) {
  return sum(points.map(([x, y]) => x * y)) / sum(points.map(([x]) => x * x));
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values) {
  return sum(values) / values.length;
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
