/** The receiver's process, as the bench speaks to it. */
import { Remote } from './remote.js';

/** `answer`, which is what an endpoint does that nobody spoke of: 200, at once. */
export type Behaviour =
  { kind: 'answer' } | { kind: 'fail'; status: number } | { kind: 'hang' } | { kind: 'delay'; ms: number };

export interface ListenOptions {
  /** Loopback addresses; each gets a port of its own. */
  hosts: string[];
  /** PEM. */
  tls?: { key: string; cert: string };
}

/** A record of the receiver: an event at an endpoint. */
export const RECEIVED = {
  bytes: 40,
  /** How often it was answered with a 2xx. */
  countWord: 5,
  firstNumber: 3,
  lastNumber: 4,
};

export type ReceiverMethods = {
  /** @returns the ports, in the order of the hosts */
  listen(options: ListenOptions): Promise<number[]>;
  /** For the endpoints of these numbers, `to` not included. */
  behave(from: number, to: number, behaviour: Behaviour): void;
  /** Delivered: different pairs of event and endpoint that were answered with a 2xx. */
  progress(): { requests: number; delivered: number; duplicates: number };
  write(file: string): void;
  /** Forgets everything, and closes its ports. */
  reset(): void;
};

export type Receiver = Remote<ReceiverMethods>;

export function startReceiver(): Receiver {
  return new Remote<ReceiverMethods>(new URL('./receiver-process.js', import.meta.url));
}
