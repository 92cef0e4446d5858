/**
 * `npm run bench`: measures, and writes what it found to bench/results/, for people and for programs.
 *
 *   npm run bench                      everything; the delivery log's ten million rows take a quarter of it
 *   npm run bench -- throughput drain  only these
 *   npm run bench -- drain --profile   with V8's CPU profile of each Posthorn; it costs a tenth
 *   npm run bench -- --short           the form for CI: fails on a lost event, or when Posthorn has become an order of
 *                                      magnitude slower beside the bare loop of the same run
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Scenario } from './harness/bench.js';
import { Installation } from './harness/installation.js';
import { startServices } from './harness/services.js';
import { startGenerator } from './load/generator.js';
import { startReceiver } from './load/receiver.js';
import { describeMachine } from './report/machine.js';
import { toMarkdown, type Report } from './report/markdown.js';
import { profileTables } from './report/profile.js';
import { NOTHING, type Section } from './report/section.js';
import { scenarios, shortScenarios } from './scenarios.js';
import { regressions } from './short.js';

/** From bench/dist/bench/. */
const RESULTS = fileURLToPath(new URL('../../results/', import.meta.url));

const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const short = process.argv.includes('--short');
const profileInto = process.argv.includes('--profile')
  ? mkdtempSync(path.join(tmpdir(), 'posthorn-profiles-'))
  : undefined;
const chosen = choose(names);

const services = await startServices();
const receiver = startReceiver();
const generator = startGenerator();
let open: Installation | undefined;
/** Of the scenario under way. */
let troubles: string[] = [];
let stopping: Promise<void> | undefined;
process.on('SIGINT', () => void stopAll().then(() => process.exit(130)));
process.on('SIGTERM', () => void stopAll().then(() => process.exit(143)));

const bench: Bench = {
  services,
  receiver,
  generator,
  short,
  say: (text) => console.error(text),
  withInstallation: async (options, work) => {
    await Promise.all([receiver.call('reset'), generator.call('reset')]);
    open = await Installation.start(services, {
      ...options,
      ...(profileInto !== undefined && { profileInto }),
    });
    try {
      const result = await work(open);
      troubles.push(...(await open.troubles()));
      return result;
    } finally {
      await open.close();
      open = undefined;
    }
  },
};

try {
  process.exitCode = await run();
} finally {
  await stopAll();
}

async function run(): Promise<number> {
  const startedAt = new Date();
  const report: Report = {
    startedAt: startedAt.toISOString(),
    tookSeconds: 0,
    short,
    machine: describeMachine(services),
    sections: [],
  };
  for (const scenario of chosen) {
    if (stopping) break; // what a scenario of its own starts would be left behind
    report.sections.push({ name: scenario.name, ...(await attempt(scenario)) });
  }
  report.tookSeconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
  const failures = [
    ...report.sections.flatMap((section) => section.failures),
    ...(short && names.length === 0 ? regressions(report) : []),
  ];
  const lost = report.sections.reduce((sum, section) => sum + section.tally.lost, 0);
  if (lost > 0) failures.push(`${lost} deliveries were lost`);

  if (profileInto !== undefined) report.profiles = profileTables(profileInto);
  const file = write(report);
  console.error(`\n${file}`);
  if (profileInto !== undefined) console.error(profileInto);
  for (const failure of failures) console.error(`FAILED: ${failure}`);
  return failures.length > 0 ? 1 : 0;
}

/** One that breaks does not take the others' figures with it. */
async function attempt(scenario: Scenario): Promise<Section> {
  const startedAt = performance.now();
  console.error(`${scenario.name}: ${scenario.about}`);
  try {
    troubles = [];
    const section = await scenario.run(bench);
    return { ...section, notes: [...section.notes, ...troubles] };
  } catch (error) {
    const reason = `${scenario.name} broke off: ${(error as Error).stack}`;
    return {
      title: scenario.name,
      about: scenario.about,
      settings: {},
      tables: [],
      notes: [],
      tally: NOTHING,
      failures: [reason],
      data: null,
    };
  } finally {
    console.error(`  ${Math.round((performance.now() - startedAt) / 1000)} s`);
  }
}

function choose(wanted: string[]): Scenario[] {
  if (wanted.length === 0) return short ? shortScenarios : scenarios;
  return wanted.map((name) => {
    const scenario = scenarios.find((one) => one.name === name);
    if (scenario) return scenario;
    console.error(`There is no "${name}". There are:\n`);
    for (const one of scenarios) console.error(`  ${one.name.padEnd(18)}${one.about}`);
    process.exit(2);
  });
}

/** `2026-11-21-1015-throughput.md` and `.json`. */
function write(report: Report): string {
  const what = short ? 'short' : names.join('-') || 'all';
  const name = `${report.startedAt.slice(0, 16).replace('T', '-').replace(':', '')}-${what}`;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(path.join(RESULTS, `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(path.join(RESULTS, `${name}.md`), toMarkdown(report));
  return path.join(RESULTS, `${name}.md`);
}

function stopAll(): Promise<void> {
  return (stopping ??= (async () => {
    await open?.close().catch(() => undefined);
    await Promise.all([receiver.stop(), generator.stop()]);
    await services.stop();
  })());
}
