/**
 * Brings the schema up to date, at every start. An advisory lock makes several processes that start together take
 * turns; the first migrates, the others find nothing left to do.
 */
import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { ensurePartitions } from './partitions.js';

/** Any constant will do, so long as every version of Posthorn uses the same: "posthorn" on a telephone's keys. */
const MIGRATION_LOCK = 76_784_676;

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
    });
    await dataSource.initialize();
    try {
      await dataSource.runMigrations();
    } finally {
      await dataSource.destroy();
    }
    await ensurePartitions(lock, Date.now());
  } finally {
    await lock.end(); // which lets go of the advisory lock
  }
}
