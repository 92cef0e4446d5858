/** What a scenario hands in: figures for people as tables, the same and more for programs as data. */
import type { Goal } from './goals.js';

export interface Section {
  title: string;
  /** What was done, in a sentence or two. */
  about: string;
  settings: Record<string, string | number>;
  tables: Table[];
  /** What a reader should know: what was odd, what was skipped. */
  notes: string[];
  tally: Tally;
  /** Reasons for which the run as a whole fails. */
  failures: string[];
  data: unknown;
  /** Which of the figures to reach this scenario tells. */
  goals?: Goal[];
  /** What undici alone did on one core, in each run; from the scenario that measures it. */
  senderPerSecond?: number[];
}

export interface Table {
  title: string;
  columns: string[];
  rows: (string | number)[][];
}

/** Every event that was accepted, accounted for. */
export interface Tally {
  /** Events that were answered with 202. */
  accepted: number;
  /** What that comes to: one delivery for each event and endpoint. */
  owed: number;
  /** Deliveries that the receiver answered with a 2xx, each counted once. */
  delivered: number;
  /** Not delivered, and the ledger knows: pending, failed or canceled. */
  waiting: number;
  /** Not delivered, and the ledger does not owe it either. Must be 0. */
  lost: number;
  /** Deliveries that the receiver answered with a 2xx more than once. */
  duplicates: number;
  /** Emits that were sent and never answered; whether they are in the ledger is not known, and both is right. */
  unanswered: number;
}

export const NOTHING: Tally = {
  accepted: 0,
  owed: 0,
  delivered: 0,
  waiting: 0,
  lost: 0,
  duplicates: 0,
  unanswered: 0,
};

export function sum(tallies: Tally[]): Tally {
  const total = { ...NOTHING };
  for (const tally of tallies) {
    for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
  }
  return total;
}
