/** Whether the database is there, new enough, migrated, tuned as the hot path needs it, and agrees on the time. */
import { DatabaseClock } from '../store/clock.js';
import { Database } from '../store/database.js';
import { checkPartitions, pendingMigrations } from '../store/health-queries.js';
import { taskAges } from '../store/upkeep-claims.js';
import { warning, well, wrong, type Finding } from './check.js';

const VERSION_MIN = 150_000;
const SKEW_MS_MAX = 5_000;
const RETENTION_AGE_SECONDS_MAX = 26 * 3_600;

export async function examineDatabase(url: string): Promise<Finding[]> {
  const database = new Database({ url, poolSize: 2, applicationName: 'posthorn doctor' });
  try {
    await database.query('SELECT 1');
  } catch (error) {
    await database.close();
    return [explainRefusal(error as Error & { code?: string })];
  }
  try {
    return [
      ...(await examineServer(database)),
      ...(await examineClock(database)),
      ...(await examineSchema(database)),
    ];
  } finally {
    await database.close();
  }
}

function explainRefusal(error: Error & { code?: string }): Finding {
  const says = `The database does not let us in: ${error.message || error.code}`;
  switch (error.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return wrong(
        says,
        'Its name cannot be resolved: check the host in DATABASE_URL, and the DNS of this machine.',
      );
    case 'ECONNREFUSED':
      return wrong(
        says,
        'Nothing listens there: check host and port in DATABASE_URL, and that PostgreSQL runs.',
      );
    case '28P01':
    case '28000':
      return wrong(
        says,
        'User or password in DATABASE_URL is not accepted, or pg_hba.conf does not know this machine.',
      );
    case '3D000':
      return wrong(
        says,
        'Create the database that DATABASE_URL names; Posthorn fills it but does not make it.',
      );
    case '53300':
      return wrong(
        says,
        'All of its connections are taken: raise max_connections, or lower DATABASE_POOL_SIZE.',
      );
    case '08P01':
      return wrong(
        says,
        'A pooler is in between, and must be told to ignore it: see docs/operations.md, "PgBouncer".',
      );
    case undefined:
    default:
      return wrong(says, 'Check DATABASE_URL and the network in between.');
  }
}

async function examineServer(database: Database): Promise<Finding[]> {
  const { rows } = await database.query<{
    version: string;
    number: number;
    plan: string;
    commit: string;
    fsync: string;
    creates: boolean;
    free: number;
  }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
            current_setting('plan_cache_mode') AS plan, current_setting('synchronous_commit') AS commit,
            current_setting('fsync') AS fsync, has_schema_privilege(current_schema(), 'CREATE') AS creates,
            current_setting('max_connections')::int - (SELECT count(*) FROM pg_stat_activity) AS free`,
  );
  const server = rows[0]!;
  const expect = (holds: boolean, good: string, otherwise: Finding): Finding =>
    holds ? well(good) : otherwise;
  return [
    expect(
      server.number >= VERSION_MIN,
      `PostgreSQL ${server.version}`,
      wrong(`PostgreSQL ${server.version} is too old`, 'Posthorn needs 15 or newer.'),
    ),
    expect(
      server.creates,
      'It may create tables',
      wrong(
        'It may not create tables, so there will be no partitions',
        'GRANT CREATE ON SCHEMA public TO its user.',
      ),
    ),
    expect(
      server.plan === 'force_generic_plan',
      'Planner options reach the server',
      warning(
        'The planner options of the hot path do not reach the server: a pooler drops them',
        'Set them with ALTER ROLE, see docs/operations.md ("PgBouncer"); without them Posthorn is slower, not wrong.',
      ),
    ),
    expect(
      server.fsync === 'on' && server.commit !== 'off',
      'A commit is on the disk',
      wrong(
        `fsync is ${server.fsync}, synchronous_commit is ${server.commit}: accepted events can be lost in a crash`,
        'Turn both on.',
      ),
    ),
    expect(
      server.free > 40,
      `${server.free} connections are free`,
      warning(
        `Only ${server.free} connections are free`,
        'A process takes up to about 30: raise max_connections.',
      ),
    ),
  ];
}

async function examineClock(database: Database): Promise<Finding[]> {
  const clock = new DatabaseClock();
  await clock.synchronize(database);
  const skew = `This machine’s clock and the database’s are ${Math.abs(clock.skewMs)} ms apart`;
  return [
    Math.abs(clock.skewMs) <= SKEW_MS_MAX
      ? well(skew)
      : warning(
          skew,
          'Run NTP on both. Deliveries follow the database; certificates and logs follow this machine.',
        ),
  ];
}

async function examineSchema(database: Database): Promise<Finding[]> {
  const { rows } = await database.query<{ there: boolean }>(
    `SELECT to_regclass('posthorn_migrations') IS NOT NULL AS there`,
  );
  if (!rows[0]!.there)
    return [warning('It is empty', 'Run `posthorn migrate`, or start Posthorn, which does.')];
  const pending = await pendingMigrations(database);
  if (pending.length > 0)
    return [wrong(`Migrations are not applied: ${pending.join(', ')}`, 'Run `posthorn migrate`.')];
  const { missing, strayTables } = await checkPartitions(database, Date.now());
  const retentionAge = (await taskAges(database)).retention;
  return [
    well('Every migration is applied'),
    missing.length === 0 && strayTables.length === 0
      ? well('Today’s and tomorrow’s partitions are there, the default ones are empty')
      : warning(
          `Partitions: missing ${missing.join(', ') || 'none'}; rows outside of any day in ${strayTables.join(', ') || 'none'}`,
          'A running Posthorn makes them within the hour; if not, its log says why (partitions.*, upkeep.failed).',
        ),
    retentionAge === undefined || retentionAge <= RETENTION_AGE_SECONDS_MAX
      ? well(retentionAge === undefined ? 'Retention has not run yet' : 'Retention has run lately')
      : warning(
          `Retention last succeeded ${Math.round(retentionAge / 3_600)} hours ago`,
          'SELECT * FROM upkeep_tasks says why.',
        ),
  ];
}
