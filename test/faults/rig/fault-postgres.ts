/** A Postgres of a case's own, with durable settings, that can be stopped, crashed and started again at the same address. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import {
  type EmbeddedPostgres,
  type PostgresSettings,
  startEmbeddedPostgres,
} from '../../../dev/embedded-postgres.js';

export interface FaultPostgres {
  readonly url: string;
  start(): Promise<void>;
  /** `immediate` is a crash: no checkpoint, recovery at the next start. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
  /** On a connection of its own, closed afterwards: works in the middle of any fault, or rejects. */
  query<R extends object>(sql: string, values?: unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

const SETTINGS: PostgresSettings = { max_connections: 60, shared_buffers: '64MB', max_wal_size: '512MB' };

export async function startFaultPostgres(settings: PostgresSettings = {}): Promise<FaultPostgres> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'posthorn-fault-'));
  const start = () => startEmbeddedPostgres(dataDir, { ...SETTINGS, ...settings });
  let server: EmbeddedPostgres | undefined = await start();
  const { url } = server;

  async function stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await server?.stop(how);
    server = undefined;
  }

  return {
    url,
    stop,
    start: async () => {
      server = await start();
      if (server.url !== url) throw new Error('Another program has taken the port of the stopped Postgres');
    },
    query: async <R extends object>(sql: string, values: unknown[] = []) => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return (await client.query<R>(sql, values)).rows;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    close: async () => {
      await stop('immediate');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
