/**
 * The circuit breaker of one endpoint: when it opens, how long it pauses, when it closes. Pure; its state lives in
 * `lanes`, shared by all dispatchers and kept over restarts (src/store/lane-health.ts).
 *
 *   closed ──(failures in a row, or a share of failures in the window)──▶ open ──(pause over: one probe)──▶ half_open
 *   half_open ──(probe succeeded)──▶ closed, its backlog ramped          half_open ──(probe failed)──▶ open, longer
 *
 * While it is open, deliveries wait in the ledger and use up no attempts.
 */
import type { Circuit } from './endpoint.js';

export interface LaneHealth {
  circuit: Circuit;
  /** Openings in a row without a close between: what the pause grows with. */
  openings: number;
  consecutiveFailures: number;
  windowStartedAtMs: number;
  windowAttempts: number;
  windowFailures: number;
  /** Since when it has only failed; `undefined` while it works. */
  failingSinceMs: number | undefined;
}

export interface AttemptResult {
  success: boolean;
  /** The attempt was the probe of a half-open circuit. */
  probe: boolean;
  code?: string;
}

export type CircuitChange =
  { to: 'open'; reason: string; pauseMs: number } | { to: 'closed'; reason: string };

/** Ten in a row: an endpoint with little traffic is left to its retry schedule. */
const CONSECUTIVE_FAILURES_MAX = 10;
/** Or most of at least twenty within a minute: one that fails often but not always. */
const WINDOW_MS = 60_000;
const WINDOW_ATTEMPTS_MIN = 20;
const WINDOW_FAILURE_SHARE = 0.7;
/** 30 s, doubling up to 15 min: soon enough for a restart, rare enough for an outage. */
const PAUSE_MS = 30_000;
const PAUSE_MS_MAX = 900_000;

export const healthy: LaneHealth = {
  circuit: 'closed',
  openings: 0,
  consecutiveFailures: 0,
  windowStartedAtMs: 0,
  windowAttempts: 0,
  windowFailures: 0,
  failingSinceMs: undefined,
};

/** The health after one more attempt, and what changed by it. */
export function afterAttempt(
  before: LaneHealth,
  result: AttemptResult,
  nowMs: number,
): { health: LaneHealth; change?: CircuitChange } {
  const health = count(before, result, nowMs);
  switch (before.circuit) {
    case 'closed': {
      const reason = reasonToOpen(health, result);
      return reason === undefined ? { health } : open(health, reason);
    }
    case 'open':
      return { health }; // begun before it opened: says nothing new
    case 'half_open':
      if (!result.probe) return { health };
      if (!result.success) return open(health, `the probe failed: ${result.code ?? 'unknown'}`);
      return {
        health: { ...healthy, windowStartedAtMs: nowMs },
        change: { to: 'closed', reason: 'the probe succeeded' },
      };
  }
}

export function pauseMs(openings: number): number {
  return Math.min(PAUSE_MS * 2 ** Math.max(0, openings - 1), PAUSE_MS_MAX);
}

function count(before: LaneHealth, result: AttemptResult, nowMs: number): LaneHealth {
  const fresh = nowMs - before.windowStartedAtMs > WINDOW_MS;
  return {
    ...before,
    consecutiveFailures: result.success ? 0 : before.consecutiveFailures + 1,
    windowStartedAtMs: fresh ? nowMs : before.windowStartedAtMs,
    windowAttempts: (fresh ? 0 : before.windowAttempts) + 1,
    windowFailures: (fresh ? 0 : before.windowFailures) + (result.success ? 0 : 1),
    failingSinceMs: result.success ? undefined : (before.failingSinceMs ?? nowMs),
  };
}

function reasonToOpen(health: LaneHealth, result: AttemptResult): string | undefined {
  if (result.success) return undefined;
  if (health.consecutiveFailures >= CONSECUTIVE_FAILURES_MAX) {
    return `${health.consecutiveFailures} failures in a row, the last: ${result.code ?? 'unknown'}`;
  }
  if (
    health.windowAttempts >= WINDOW_ATTEMPTS_MIN &&
    health.windowFailures / health.windowAttempts >= WINDOW_FAILURE_SHARE
  ) {
    return `${health.windowFailures} of ${health.windowAttempts} attempts failed within a minute, the last: ${result.code ?? 'unknown'}`;
  }
  return undefined;
}

function open(health: LaneHealth, reason: string): { health: LaneHealth; change: CircuitChange } {
  const openings = health.openings + 1;
  return {
    health: { ...health, circuit: 'open', openings },
    change: { to: 'open', reason, pauseMs: pauseMs(openings) },
  };
}
