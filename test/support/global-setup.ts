/**
 * Starts what the tests need, once for all of them, and stops it afterwards: an embedded Postgres with a migrated
 * template database, and Redis where one can be had. Without Redis the tests of that queue backend are left out,
 * which is said aloud; in CI it is a failure, because there nobody reads what is said.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type TestProject } from 'vitest/node';
import {
  type EmbeddedPostgres,
  type PostgresSettings,
  startEmbeddedPostgres,
} from '../../dev/embedded-postgres.js';
import { migrate } from '../../src/store/migrate.js';
import { findRedis } from './redis-server.js';
import { TEMPLATE_DATABASE } from './provided.js';

/** Nobody would miss this data, so nothing waits for the disk; faults are tested with these settings put back. */
const FORGETFUL: PostgresSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: 300, // every test file brings pools of its own
  shared_buffers: '128MB',
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'posthorn-test-'));
  const redis = await findRedis();
  let postgres: EmbeddedPostgres | undefined;

  async function teardown(): Promise<void> {
    await Promise.all([redis?.stop(), postgres?.stop('immediate')]);
    rmSync(dataDir, { recursive: true, force: true });
  }

  try {
    if (redis === undefined) sayRedisIsMissing();
    postgres = await startEmbeddedPostgres(dataDir, FORGETFUL);
    await createTemplate(postgres.url);
    project.provide('postgresUrl', postgres.url);
    project.provide('redisUrl', redis?.url);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

function sayRedisIsMissing(): void {
  const missing =
    'No Redis here: neither redis-server nor valkey-server is installed, and REDIS_URL is not set.';
  if (process.env.CI === 'true')
    throw new Error(`${missing} With CI=true every queue backend must be tested.`);
  console.warn(
    `\n${missing}\nLEFT OUT: every test of the queue on Redis. The queue on PostgreSQL is tested.\n`,
  );
}

async function createTemplate(postgresUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  } finally {
    await client.end();
  }
  const templateUrl = new URL(postgresUrl);
  templateUrl.pathname = TEMPLATE_DATABASE;
  await migrate(templateUrl.href);
}
