/** What upkeep does, and how often. */
import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { DatabaseClock } from '../store/clock.js';
import type { Database } from '../store/database.js';
import type { LaneListener } from '../store/lane-listener.js';
import type { PartitionedTable } from '../store/partitions.js';
import type { ExpiredDeliveries } from '../store/retention.js';
import { lookAfterFailingEndpoints } from './failing-endpoints.js';
import { endLapsedListeners } from './listeners.js';
import { keepPartitionsAhead } from './partitions-ahead.js';
import { retentionPolicy } from './retention-policy.js';
import { Retention } from './retention.js';
import type { UpkeepTask } from './upkeep.js';

const MINUTE_MS = 60_000;

export const upkeepTaskNames = [
  'clock',
  'partitions',
  'retention',
  'failing_endpoints',
  'listeners',
] as const;

export interface UpkeepTools {
  /** Connections of upkeep's own: what takes long here keeps no emit waiting. */
  database: Database;
  clock: DatabaseClock;
  settings: Settings;
  listener: LaneListener;
  log: Logger;
  expired?: (deliveries: ExpiredDeliveries) => void;
  dropped?: (table: PartitionedTable) => void;
}

export function upkeepTasks(tools: UpkeepTools): (UpkeepTask & { name: (typeof upkeepTaskNames)[number] })[] {
  const { database, clock, settings, listener, log } = tools;
  const nowMs = (): number => clock.nowMs();
  const retention = new Retention({ ...tools, policy: retentionPolicy(settings), nowMs });
  return [
    { name: 'clock', scope: 'process', everyMs: MINUTE_MS, run: () => clock.synchronize(database) },
    {
      name: 'partitions',
      scope: 'installation',
      everyMs: 60 * MINUTE_MS,
      run: () => keepPartitionsAhead(database, nowMs(), log),
    },
    { name: 'retention', scope: 'installation', everyMs: 60 * MINUTE_MS, run: () => retention.run() },
    {
      name: 'failing_endpoints',
      scope: 'installation',
      everyMs: 5 * MINUTE_MS,
      run: () => lookAfterFailingEndpoints(database, settings.disableAfterHours, listener, log),
    },
    {
      name: 'listeners',
      scope: 'installation',
      everyMs: 15_000,
      run: () => endLapsedListeners(database, clock, log),
    },
  ];
}
