/** A report for people. */
import { goalsTable } from './goals.js';
import type { Machine } from './machine.js';
import { sum, type Section, type Table, type Tally } from './section.js';

export interface Report {
  startedAt: string;
  tookSeconds: number;
  short: boolean;
  machine: Machine;
  sections: (Section & { name: string })[];
  profiles?: Table[];
}

export function toMarkdown({ startedAt, tookSeconds, short, machine, sections, profiles }: Report): string {
  const goals = goalsTable(sections);
  const total = sum(sections.map((section) => section.tally));
  return [
    `# Posthorn, measured${short ? ' (short form)' : ''}`,
    '',
    `${startedAt}, ${tookSeconds} s. Load generator, receiver, PostgreSQL, Redis and Posthorn on one machine:`,
    '',
    ...Object.entries({ ...machine, postgresSettings: JSON.stringify(machine.postgresSettings) }).map(
      ([name, value]) => `- ${name}: ${typeof value === 'number' ? Math.round(value * 100) / 100 : value}`,
    ),
    '',
    ...(goals ? ['## Figures to reach', '', ...table(goals), ''] : []),
    ...sections.flatMap(section),
    ...(profiles ? ['## CPU profiles', '', ...profiles.flatMap((one) => [...table(one), ''])] : []),
    '## Every event accounted for',
    '',
    ...table({
      title: '',
      columns: ['', ...Object.keys(total)],
      rows: [
        ...sections.map(({ title, tally }) => [title, ...counts(tally)]),
        ['**all**', ...counts(total).map((count) => `**${count}**`)],
      ],
    }),
    '',
    `**accepted ${fmt(total.accepted)}, delivered ${fmt(total.delivered)}, lost ${fmt(total.lost)}, duplicates ${fmt(total.duplicates)}**`,
    '',
  ].join('\n');
}

function section({ title, about, settings, tables, notes, failures, tally }: Section): string[] {
  return [
    `## ${title}`,
    '',
    about,
    '',
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    '',
    ...tables.flatMap((one) => [...table(one), '']),
    ...failures.map((failure) => `- **Failed:** ${oneLine(failure)}`),
    ...notes.map((note) => `- ${oneLine(note)}`),
    ...(failures.length + notes.length > 0 ? [''] : []),
    `accepted ${fmt(tally.accepted)}, delivered ${fmt(tally.delivered)} of ${fmt(tally.owed)}, waiting ${fmt(tally.waiting)}, ` +
      `lost ${fmt(tally.lost)}, duplicates ${fmt(tally.duplicates)}`,
    '',
  ];
}

function table({ title, columns, rows }: Table): string[] {
  const line = (cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [...(title ? [title, ''] : []), line(columns), line(columns.map(() => '---')), ...rows.map(line)];
}

const NOTE_CHARACTERS_MAX = 400;
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, NOTE_CHARACTERS_MAX);
const counts = (tally: Tally): string[] => Object.values(tally).map((count) => fmt(count as number));
const fmt = (count: number): string => count.toLocaleString('en-US');
