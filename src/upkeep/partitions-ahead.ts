/**
 * Keeps a week of partitions ahead, and brings home what went to a default partition because its day's was not there.
 * When even tomorrow's is missing something is wrong (the table is always busy, the role may not create tables): that is
 * an alarm here, in /readyz and in the metrics, and no outage, since the default partition takes the rows.
 */
import type { Logger } from 'pino';
import type { Queryable } from '../store/database.js';
import { checkPartitions } from '../store/health-queries.js';
import { ensurePartitions, makePartition, partitionedTables } from '../store/partitions.js';
import { strayDays } from '../store/retention.js';

/** Days brought home in one run. */
const STRAY_DAYS_MAX = 30;

export async function keepPartitionsAhead(database: Queryable, nowMs: number, log: Logger): Promise<void> {
  const made = await ensurePartitions(database, nowMs);
  if (made.length > 0) log.info({ partitions: made }, 'partitions.made');
  for (const table of partitionedTables) {
    for (const dayMs of await strayDays(database, table, STRAY_DAYS_MAX)) {
      const day = new Date(dayMs).toISOString().slice(0, 10);
      const home = await makePartition(database, table, dayMs);
      log.warn({ table, day, home }, 'partitions.strays');
    }
  }
  const { missing } = await checkPartitions(database, nowMs);
  if (missing.length > 0) log.error({ missing }, 'partitions.missing');
}
