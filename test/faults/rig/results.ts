/** What each case found: kept as a file each, for the table in docs/reliability.md, and held to what every case must hold to. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { type Backend } from './backends.js';
import { faultOptions } from './options.js';
import { type Verdict } from './oracle.js';

export interface Result {
  /** Of the list; sorts the table. */
  case: string;
  fault: string;
  queue: Backend;
  accepted: number;
  refused: number;
  lost: number;
  duplicates: number;
  duplicatesBecause: string;
  /** Until everything accepted before the end of the fault had arrived; undefined where it means nothing. */
  recoveredAfterMs?: number | undefined;
  remark?: string | undefined;
}

/** What every case demands: nothing lost, nothing by half, no duplicate without a named cause. */
export function expectNothingLost(verdict: Verdict): void {
  expect(verdict.lost).toEqual([]);
  expect(verdict.broken).toEqual([]);
  expect(verdict.duplicates.unexplained).toEqual([]);
  expect(verdict.deliveries.pending).toBe(0);
  expect(verdict.emits.accepted).toBeGreaterThan(0);
  const { refused, unanswered } = verdict.emits;
  expect(verdict.storedWithout202).toBeLessThanOrEqual(refused + unanswered);
}

/** After the expectations of its case: what is in the table has passed. */
export function record(
  about: Pick<Result, 'case' | 'fault' | 'queue' | 'recoveredAfterMs' | 'remark'>,
  verdict: Verdict,
): void {
  const { unrecorded, overtaken, unseenAnswer, unexplained } = verdict.duplicates;
  const causes = { unrecorded, overtaken, 'answer unseen': unseenAnswer };
  const result: Result = {
    ...about,
    accepted: verdict.emits.accepted,
    refused: verdict.emits.refused + verdict.emits.unanswered,
    lost: verdict.lost.length,
    duplicates: unrecorded + overtaken + unseenAnswer + unexplained.length,
    duplicatesBecause: Object.entries(causes)
      .filter(([, count]) => count > 0)
      .map(([cause, count]) => `${count} ${cause}`)
      .join(', '),
  };
  const { resultsDir } = faultOptions;
  if (resultsDir === undefined) return; // a single case, run by hand
  const name = `${result.case} ${result.fault} ${result.queue}`.replace(/[^a-z0-9]+/gi, '-');
  writeFileSync(path.join(resultsDir, `${name}.json`), JSON.stringify(result));
}
