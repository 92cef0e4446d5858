/**
 * Loads references with patience: a database that is away for a moment is asked again (after that the leases take over), and a
 * delivery that cannot be read at all does not keep its neighbours from being sent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DeliveryReference } from '../model/delivery.js';
import { isDatabaseUnavailable, type Database } from '../store/database.js';
import { setAside } from '../store/leases.js';
import { loadDeliveries, type LoadedDelivery } from '../store/load-deliveries.js';

export interface Loading {
  database: Database;
  log: Logger;
  isStopping: () => boolean;
}

const TRIES = 5;
const PAUSE_MS = 200;

/** @throws what the database says, when it stays away */
export async function load(loading: Loading, references: DeliveryReference[]): Promise<LoadedDelivery[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await loadDeliveries(loading.database, references);
    } catch (error) {
      if (!isDatabaseUnavailable(error)) return loadApart(loading, references, error as Error);
      if (tries === TRIES || loading.isStopping()) throw error;
      await sleep(PAUSE_MS * tries);
    }
  }
}

/** One that cannot be read (a damaged page) must not keep its neighbours: halves, until it stands alone and is set aside. */
async function loadApart(
  loading: Loading,
  references: DeliveryReference[],
  cause: Error,
): Promise<LoadedDelivery[]> {
  const [first] = references;
  if (references.length > 1) {
    const middle = references.length >> 1;
    const half = await load(loading, references.slice(0, middle));
    return half.concat(await load(loading, references.slice(middle)));
  }
  loading.log.error({ deliveryId: first!.deliveryId, reason: cause.message }, 'delivery.set_aside');
  await setAside(loading.database, references, 'event_unreadable');
  return [];
}
