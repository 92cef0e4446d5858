/** Migrations beside what runs: other starts, and the previous version at its work. */
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { migrations } from '../../migrations/index.js';
import { migrate } from '../../src/store/migrate.js';
import { createTestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';

let cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  cleanUps = [];
});

async function database(kind: 'migrated' | 'empty'): Promise<string> {
  const made = await createTestDatabase(kind);
  cleanUps.push(() => made.drop());
  return made.url;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  cleanUps.push(() => client.end());
  return client;
}

it('are applied once by processes that start together', async () => {
  const url = await database('empty');
  await Promise.all([migrate(url), migrate(url), migrate(url)]);
  const { rows } = await (await connect(url)).query<{ name: string }>('SELECT name FROM posthorn_migrations');
  expect(rows.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
});

it('let everybody by while they wait for a table that somebody reads', async () => {
  const url = await database('migrated');
  const [reader, watcher, other] = await Promise.all([connect(url), connect(url), connect(url)]);
  await watcher.query(`ALTER TABLE endpoints DROP COLUMN transformation`);
  await watcher.query(`DELETE FROM posthorn_migrations WHERE name LIKE 'EndpointTransformation%'`);
  await reader.query('BEGIN');
  await reader.query('SELECT FROM endpoints');

  const migrated = migrate(url);
  await waitFor(
    async () => {
      const { rows } = await watcher.query(
        `SELECT FROM pg_locks l WHERE l.relation = 'endpoints'::regclass AND NOT l.granted`,
      );
      return rows.length > 0;
    },
    { what: 'the migration to wait' },
  );
  // Behind that lock nobody could read, until the reader is done: it must be given up first.
  await other.query('SELECT FROM endpoints');

  await reader.query('COMMIT');
  await migrated;
  await other.query('SELECT transformation FROM endpoints');
});
