/** Tests wait for a condition and never for a duration: a duration is either too long or, on a busy machine, too short. */
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;

/** @returns what the condition returned when it first was truthy. @throws naming `what` did not come about. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, what }: { timeoutMs?: number; what: string },
): Promise<Exclude<T, false | undefined | null | 0 | ''>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const result = await condition();
    if (result) return result as Exclude<T, false | undefined | null | 0 | ''>;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`);
    await sleep(POLL_MS);
  }
}
