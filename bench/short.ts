/**
 * The judgement of the short form. CI machines differ, and are shared: only what was measured beside it in the same run
 * can say whether Posthorn has become slow. CPU time per event is compared, because neighbours do not add to it.
 */
import type { Report } from './report/markdown.js';
import { median } from './report/statistics.js';
import type { Ceiling } from './scenarios/ceilings.js';
import type { SustainedRun } from './harness/sustain.js';

/**
 * Posthorn's and PostgreSQL's and Redis' CPU time for an event, as a multiple of the bare loop's. It was about 6 when
 * this was written; ten times that is no accident of the machine.
 */
const MULTIPLE_MAX = 60;

export function regressions({ sections }: Report): string[] {
  const bare = sections.find((section) => section.name === 'ceilings')?.data as
    { bare: Ceiling } | null | undefined;
  const throughput = sections.find((section) => section.name === 'throughput')?.data as
    { stage: { backend: string }; runs: SustainedRun[] }[] | null | undefined;
  if (!bare || !throughput)
    return ['the short form measures ceilings and throughput, and one of them is missing'];
  const bareMicros = median(bare.bare.bareLoop);
  return throughput.flatMap(({ stage, runs }) => {
    const micros = median(runs.map(({ cpuMicrosPerEvent: cpu }) => cpu.posthorn + cpu.postgres + cpu.redis));
    const multiple = micros / bareMicros;
    if (multiple <= MULTIPLE_MAX) return [];
    return [
      `${stage.backend}: an event costs ${multiple.toFixed(1)} times the bare loop’s CPU time, more than ${MULTIPLE_MAX}`,
    ];
  });
}
