/** The load generator's process, as the bench speaks to it. */
import { Remote } from './remote.js';

/** Where events go, in turn. */
export interface Target {
  path: string;
  body: string;
}

export interface LoadOptions {
  host: string;
  port: number;
  key: string;
  targets: Target[];
  /** The number of the first target, when loads that run at the same time have targets of their own. */
  firstTarget?: number;
  connections: number;
}

/**
 * Closed: every connection sends its next event when the last one was answered; what comes out is a throughput.
 * Open: events are due at a fixed rate whatever the answers do. An event that has to wait for a connection counts from
 * the instant at which it was due: otherwise a stall of the server would stop the clock that should show it
 * (coordinated omission).
 */
export type Pace =
  | { kind: 'closed'; durationMs: number; eventsMax?: number }
  | { kind: 'open'; durationMs: number; perSecond: number };

/** What one run did, without the warm-up that may have gone before it. */
export interface LoadResult {
  accepted: number;
  /** Answers that were not 202, by status; each with the text of one. */
  refused: Record<string, { count: number; example: string }>;
  /** Sent and never answered: such an event may or may not be in the ledger. */
  unanswered: number;
  startedMs: number;
  endedMs: number;
}

/** A record of the generator: an accepted event. The fifth word of its key is 0. */
export const ACCEPTED = {
  bytes: 48,
  targetWord: 5,
  dueNumber: 3,
  sentNumber: 4,
  answeredNumber: 5,
};

export type GeneratorMethods = {
  load(options: LoadOptions, pace: Pace): Promise<LoadResult>;
  write(file: string): void;
  reset(): void;
};

export type Generator = Remote<GeneratorMethods>;

export function startGenerator(): Generator {
  return new Remote<GeneratorMethods>(new URL('./generator-process.js', import.meta.url));
}
