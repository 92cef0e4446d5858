/** The bare loop's process, as the bench speaks to it. */
import { Remote } from '../load/remote.js';

export type BareLoopMethods = {
  /** @returns the port it listens on */
  start(receiverOrigin: string): Promise<number>;
  /** Signs and sends to where it was started for, nothing else, as fast as it can. @returns how many were answered */
  send(durationMs: number): Promise<number>;
};

export type BareLoop = Remote<BareLoopMethods>;

export function startBareLoop(): BareLoop {
  return new Remote<BareLoopMethods>(new URL('./bare-loop-process.js', import.meta.url));
}
