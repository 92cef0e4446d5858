/**
 * Writes the measured part of docs/scaling.md from the newest report that has costs (`npm run docs:scaling`); `--check` fails
 * when it is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { newestCosts } from './scaling-costs.mjs';
import { foretell, measuredInputs, model, usualLoad } from './scaling-model.mjs';

const BEGIN = '<!-- measured: written by npm run docs:scaling -->';
const END = '<!-- measured: end -->';
const MEGA = 1e6;
const TERA = 1e12;

/** @param {ReturnType<typeof newestCosts>} report */
export function measuredPart(report) {
  const origin =
    report === undefined
      ? [
          'No report in [`bench/results/`](../bench/results/) has costs yet; `npm run bench -- costs` makes one.',
        ]
      : [
          `From [a report](../bench/results/${report.name}.md) of ${report.startedAt.slice(0, 10)}, commit ${report.machine.commit}: ` +
            `${report.machine.cpu}, ${report.machine.cores} cores, ${Math.round(report.deliveriesPerSecond)} deliveries a second.`,
        ];
  return [
    ...origin,
    '',
    table(
      ['input', 'what', 'measured'],
      Object.entries(measuredInputs).map(([name, what]) => [
        `\`${name}\``,
        what,
        figure(report?.costs[name]),
      ]),
    ),
    ...(Object.values(report?.costs ?? {}).includes(0)
      ? ['', '0: too little to be told, in these runs, from what an event’s deliveries cost.']
      : []),
    ...(report === undefined ? [] : [...agreement(report), ...loads(report), ...outlook(report)]),
  ].join('\n');
}

function agreement({ costs, found, foretoldFanOut }) {
  const foretold = foretell(costs, foretoldFanOut);
  return [
    '',
    `The model beside a run that it was not made from, an event to ${foretoldFanOut} endpoints:`,
    '',
    table(
      ['an event', 'foretold', 'measured'],
      Object.keys(foretold).map((part) => [WORDS[part], figure(foretold[part]), figure(found[part])]),
    ),
  ];
}

const WORDS = {
  apiMicros: 'API, CPU µs',
  dispatcherMicros: 'dispatcher, CPU µs',
  postgresMicros: 'PostgreSQL, CPU µs',
  redisMicros: 'Redis, CPU µs',
  walBytes: 'write-ahead log, bytes',
};

/** The same event when the machine is full: what it shares with others then. */
function loads({ costs, fullSpeed, deliveriesPerSecond }) {
  const half = foretell(costs, 1);
  const rows = [
    ['API and dispatcher', half.apiMicros + half.dispatcherMicros, fullSpeed.posthornMicros],
    ['PostgreSQL', half.postgresMicros, fullSpeed.postgresMicros],
    ['Redis', half.redisMicros, fullSpeed.redisMicros],
  ];
  return [
    '',
    'An event to one endpoint, CPU µs, at that load and at all that the machine sustains:',
    '',
    table(
      ['', `${Math.round(deliveriesPerSecond)}/s`, `${Math.round(fullSpeed.perSecond)}/s`],
      rows.map(([part, ...micros]) => [part, ...micros.map(figure)]),
    ),
  ];
}

/** What it comes to at 1×, 10×, 100×, 1000×. */
function outlook({ costs }) {
  const { fanOut, attemptsPerDelivery, retentionDays } = usualLoad;
  const rows = [100, 1_000, 10_000, 100_000].map((eventsPerSecond) => {
    const result = model(costs, { ...usualLoad, eventsPerSecond });
    const log =
      costs.walBytesPerEvent * eventsPerSecond + costs.walBytesPerAttempt * result.perSecond.attempts;
    return [
      eventsPerSecond.toLocaleString('en'),
      result.apiProcesses,
      result.dispatcherProcesses,
      figure(result.cores.postgres),
      figure(result.cores.redis),
      figure(log / MEGA),
      figure(result.diskBytes / TERA),
      result.databases,
      result.firstToSaturate,
    ];
  });
  return [
    '',
    `What that comes to with ${fanOut} endpoint an event, ${attemptsPerDelivery} attempts a delivery and ${retentionDays} days kept; PostgreSQL has 16 such cores, nothing is planned above 70 %:`,
    '',
    table(
      [
        'events/s',
        'APIs',
        'dispatchers',
        'PostgreSQL cores',
        'Redis cores',
        'log MB/s',
        'disk TB',
        'installations',
        'first to saturate',
      ],
      rows,
    ),
  ];
}

function table(columns, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Three digits are more than a machine repeats. */
function figure(value) {
  return value === undefined
    ? 'not yet'
    : Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 });
}

/** @param {string} document @param {string} part */
export function withMeasuredPart(document, part) {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`docs/scaling.md lacks its marks: ${BEGIN} … ${END}`);
  return `${document.slice(0, from + BEGIN.length)}\n\n${part}\n\n${document.slice(to)}`;
}

if (process.argv[1]?.endsWith('scaling-document.mjs')) {
  const file = fileURLToPath(new URL('../docs/scaling.md', import.meta.url));
  const before = readFileSync(file, 'utf8');
  const after = withMeasuredPart(before, measuredPart(newestCosts()));
  if (!process.argv.includes('--check')) writeFileSync(file, after);
  else if (before !== after) {
    process.stderr.write('docs/scaling.md is not what bench/results says; run: npm run docs:scaling\n');
    process.exitCode = 1;
  }
}
