/**
 * The figures that Posthorn is to reach, beside what was measured. They were set on another machine. Two machines compare
 * by what the same plain code does on each: undici alone, signing and sending to one origin, on one core. A rate
 * is held against the goal times that ratio, a time against the goal divided by it; a ratio or a size as it is.
 */
import { median, figure } from './statistics.js';
import type { Section, Table } from './section.js';

export interface Goal {
  what: string;
  kind: 'rate at least' | 'ms at most' | 'ratio at most' | 'ratio at least' | 'MiB at most';
  goal: number;
  measured: number;
}

/** Requests a second that undici alone signs and sends on the machine of the goals. */
const GOALS_MACHINE_PER_SECOND = 38_000;

export function goalsTable(sections: Section[]): Table | undefined {
  const goals = sections.flatMap((section) => section.goals ?? []);
  if (goals.length === 0) return undefined;
  const here = sections.map((section) => section.senderPerSecond).find((one) => one !== undefined);
  const speed = here === undefined ? undefined : median(here) / GOALS_MACHINE_PER_SECOND;
  return {
    title:
      speed === undefined
        ? 'How this machine compares with that of the goals was not measured in this run.'
        : `This machine signs and sends ${figure(median(here!))} requests a second with undici alone, that of the goals ` +
          `${figure(GOALS_MACHINE_PER_SECOND)}: it is ${figure(speed)} times as fast.`,
    columns: ['figure', '', 'goal', 'goal at this machine’s speed', 'measured', ''],
    rows: goals.map(({ what, kind, goal, measured }) => {
      const scaled = scaledTo(kind, goal, speed);
      return [
        what,
        kind,
        figure(goal),
        scaled === undefined ? '' : figure(scaled),
        figure(measured),
        verdict(kind, goal, scaled, measured),
      ];
    }),
  };
}

function scaledTo(kind: Goal['kind'], goal: number, speed: number | undefined): number | undefined {
  if (speed === undefined) return undefined;
  if (kind === 'rate at least') return goal * speed;
  return kind === 'ms at most' ? goal / speed : undefined;
}

function verdict(kind: Goal['kind'], goal: number, scaled: number | undefined, measured: number): string {
  const reaches = (aim: number): boolean => (kind.endsWith('at least') ? measured >= aim : measured <= aim);
  if (reaches(goal)) return 'reached';
  return scaled !== undefined && reaches(scaled) ? 'reached for this machine' : 'missed';
}
