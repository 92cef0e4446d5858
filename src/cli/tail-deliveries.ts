/**
 * `posthorn deliveries tail`: a line for each delivery that comes, and one whenever it changes. It looks at the newest page
 * again and again: what has sunk below it is not followed any further.
 */
import { clockTime } from './api.js';
import type { Invocation } from './invocation.js';
import { pause, Patience } from './patience.js';

interface Delivery {
  id: string;
  endpointId: string;
  eventType: string;
  status: string;
  attemptCount: number;
  lastStatusCode: number | null;
  lastErrorCode: string | null;
}

const PAGE = 100;
const LOOK_EVERY_MS = 1_000;

export async function tailDeliveries(invocation: Invocation): Promise<number> {
  const { api, given, print, signal } = invocation;
  const filter = new URLSearchParams({ limit: String(PAGE) });
  const names = { tenant: 'tenant', endpoint: 'endpoint', status: 'status', 'event-type': 'eventType' };
  for (const [option, name] of Object.entries(names)) {
    if (given[option] !== undefined) filter.set(name, given[option]);
  }
  /** The last line of each delivery of the page. */
  let known: Map<string, string> | undefined;
  const look = async (): Promise<void> => {
    const path = `/v1/deliveries?${filter.toString()}`;
    const { data } = await api.call<{ data: Delivery[] }>('GET', path, undefined, { signal });
    const lines = new Map(data.reverse().map((delivery) => [delivery.id, lineOf(delivery)]));
    // What was there before is not news.
    for (const [id, line] of lines) {
      if (known !== undefined && known.get(id) !== line) print(`${clockTime()}  ${line}`);
    }
    if (known === undefined) print(`Waiting for deliveries at ${api.url} …`);
    known = lines;
  };

  await look();
  const patience = new Patience(invocation);
  while (!signal.aborted) {
    await pause(LOOK_EVERY_MS, signal);
    try {
      await look();
      patience.answered();
    } catch (error) {
      await patience.after(error);
    }
  }
  return 0;
}

function lineOf(delivery: Delivery): string {
  const { id, status, eventType, endpointId, attemptCount, lastStatusCode, lastErrorCode } = delivery;
  const last = lastStatusCode ?? lastErrorCode;
  const attempts =
    attemptCount === 0 ? '' : ` after ${attemptCount} attempt(s)${last === null ? '' : `: ${last}`}`;
  return `${id} ${eventType} to ${endpointId}: ${status}${attempts}`;
}
