/** `posthorn replay`: one delivery by its id, or all that fit a filter, counted before and watched until they are under way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from './api.js';
import type { Invocation } from './invocation.js';

interface Replay {
  id: string;
  status: string;
  total: number;
  replayed: number;
}

const FILTERS = {
  tenant: 'tenant',
  endpoint: 'endpoint',
  status: 'status',
  'event-type': 'eventType',
  'error-code': 'errorCode',
  after: 'after',
  before: 'before',
};
const LOOK_EVERY_MS = 500;

export async function replay(invocation: Invocation): Promise<number> {
  const { api, given, words, print } = invocation;
  const filter = Object.fromEntries(
    Object.entries(FILTERS)
      .filter(([option]) => given[option] !== undefined)
      .map(([option, name]) => [name, given[option]]),
  );
  const [deliveryId, ...more] = words;
  const isFiltered = Object.keys(filter).length > 0;
  if (more.length > 0 || (deliveryId === undefined) !== isFiltered) {
    throw new UsageError('Name one delivery, or say which by options.');
  }
  if (deliveryId === undefined) return replayMany(invocation, filter);
  const { id } = await api.call<{ id: string }>(
    'POST',
    `/v1/deliveries/${encodeURIComponent(deliveryId)}/replay`,
  );
  print(`${id} is pending again.`);
  return 0;
}

async function replayMany(
  { api, given, print, signal }: Invocation,
  filter: Record<string, string | undefined>,
): Promise<number> {
  const { count } = await api.call<{ count: number }>('POST', '/v1/replays', { filter, dryRun: true });
  print(`${count} deliveries fit.`);
  if (given['dry-run'] !== undefined || count === 0) return 0;
  let running = await api.call<Replay>('POST', '/v1/replays', { filter });
  while (running.status === 'running' && !signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    running = await api.call<Replay>('GET', `/v1/replays/${running.id}`);
  }
  print(`${running.id} ${running.status}: ${running.replayed} of ${running.total} are pending again.`);
  return running.status === 'failed' ? 1 : 0;
}
