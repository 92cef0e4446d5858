/** The bare loop's process, as the bench speaks to it. */
import { Remote } from '../load/remote.js';

export type BareLoopMethods = {
  /** @returns the port it listens on */
  start(receiverOrigin: string): Promise<number>;
};

export type BareLoop = Remote<BareLoopMethods>;

export function startBareLoop(): BareLoop {
  return new Remote<BareLoopMethods>(new URL('./bare-loop-process.js', import.meta.url));
}
