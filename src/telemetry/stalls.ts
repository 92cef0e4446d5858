/**
 * The ways in which a dispatcher can stop without anybody being told, each with how long it may look like that while all is
 * well. Other processes may do its work meanwhile, so that neither the queue nor the lag shows it.
 */
export interface SeenOfDispatcher {
  inFlight: number;
  stalledMs: number;
  takingMs: number;
  stuckMs: number;
  workerEndedMs: number | undefined;
}

export interface Stall {
  /** In words; goes on with "for … s". */
  says: string;
  forMs: number;
}

/** Longer than any attempt: an endpoint's longest timeout is 60 s, and what came of it is recorded then. */
const ATTEMPT_MS_MAX = 90_000;

export function findStalls(
  seen: SeenOfDispatcher,
  { inFlightMax, stalledAfterMs }: { inFlightMax: number; stalledAfterMs: number },
): Stall[] {
  // With every slot taken, nothing may complete for as long as the longest attempt.
  const longMs = Math.max(ATTEMPT_MS_MAX, stalledAfterMs);
  const saturated = seen.inFlight >= inFlightMax;
  const stalls = [
    {
      says: 'the queue holds work, and this dispatcher has taken and completed none',
      forMs: seen.stalledMs,
      allowedMs: saturated ? longMs : stalledAfterMs,
    },
    { says: 'a job of the queue has been half taken in', forMs: seen.takingMs, allowedMs: longMs },
    { says: 'requests are open, and none has ended', forMs: seen.stuckMs, allowedMs: longMs },
    {
      says: 'what takes jobs from the queue has ended, and nobody has asked it to,',
      forMs: seen.workerEndedMs ?? 0,
      allowedMs: 0,
    },
  ];
  return stalls
    .filter(({ forMs, allowedMs }) => forMs > allowedMs)
    .map(({ says, forMs }) => ({ says, forMs }));
}
