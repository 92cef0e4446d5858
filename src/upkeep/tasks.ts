/** What upkeep does, and how often. */
import type { Settings } from '../config.js';
import type { DatabaseClock } from '../store/clock.js';
import type { Database } from '../store/database.js';
import { ensurePartitions } from '../store/partitions.js';
import type { UpkeepTask } from './upkeep.js';

const MINUTE_MS = 60_000;

export function upkeepTasks(database: Database, clock: DatabaseClock, _settings: Settings): UpkeepTask[] {
  return [
    { name: 'clock', everyMs: MINUTE_MS, run: () => clock.synchronize(database) },
    {
      name: 'partitions',
      everyMs: 60 * MINUTE_MS,
      run: async () => {
        await ensurePartitions(database, clock.nowMs());
      },
    },
  ];
}
