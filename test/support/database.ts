/** A database of its own for each test file, copied from the migrated template: tests neither wait nor clean up for each other. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { TEMPLATE_DATABASE } from './provided.js';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** `empty`: without the schema, for tests of the migrations themselves. */
export async function createTestDatabase(kind: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = kind === 'migrated' ? TEMPLATE_DATABASE : 'template0';
  await asOwner(
    `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY ${kind === 'migrated' ? 'FILE_COPY' : 'WAL_LOG'}`,
  );
  const url = new URL(inject('postgresUrl'));
  url.pathname = name;
  // FORCE: a test that failed half-way may have left connections open.
  return { url: url.href, drop: () => asOwner(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** The name that the URL ends in; a test's Redis keys begin with it, so that files which share a Redis do not meet. */
export function databaseName(url: string): string {
  return new URL(url).pathname.slice(1);
}

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
