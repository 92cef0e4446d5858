/**
 * Brings the schema up to date, at every start, while the previous version may still run. An advisory lock makes several processes
 * that start together take turns; the first migrates, the others find nothing left to do.
 *
 * Changing a table takes a lock that everybody would queue behind, for as long as whoever reads the table goes on (a long search, a
 * dump). It is waited for only a moment and asked for again after a pause in which the others get by.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { log } from '../telemetry/log.js';
import { ensurePartitions, LOCK_NOT_AVAILABLE } from './partitions.js';

/** Any constant will do, so long as every version of Posthorn uses the same: "posthorn" on a telephone's keys. */
const MIGRATION_LOCK = 76_784_676;

const LOCK_MS_MAX = 500;
const LOCK_PAUSE_MS = 2_000;
/** Five minutes: a start that waits longer should be seen to have failed. */
const LOCK_TRIES = 120;

/** @throws whatever the database says, when it cannot be reached or a migration fails (which is then rolled back). */
export async function migrate(databaseUrl: string): Promise<void> {
  const lock = new pg.Client({ connectionString: databaseUrl, application_name: 'posthorn migrate' });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const dataSource = new DataSource({
      type: 'postgres',
      url: databaseUrl,
      migrations,
      migrationsTableName: 'posthorn_migrations',
      migrationsTransactionMode: 'each',
      extra: { options: `-c lock_timeout=${LOCK_MS_MAX}` },
    });
    await dataSource.initialize();
    try {
      await runMigrations(dataSource);
    } finally {
      await dataSource.destroy();
    }
    await ensurePartitions(lock, Date.now());
  } finally {
    await lock.end(); // which lets go of the advisory lock
  }
}

/** Each migration is a transaction, so what is tried again begins at the one that could not have its lock. */
async function runMigrations(dataSource: DataSource): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await dataSource.runMigrations();
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE || tries === LOCK_TRIES) throw error;
      log.warn({ tries, reason: (error as Error).message }, 'migrate.waiting');
    }
    await sleep(LOCK_PAUSE_MS);
  }
}
