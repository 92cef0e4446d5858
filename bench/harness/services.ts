/**
 * The PostgreSQL and the Redis of a run: started by the bench, ended by the bench, nobody else's. PostgreSQL is as durable
 * as in production (fsync and synchronous_commit on); Redis keeps nothing, because Posthorn does not ask it to.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../dev/embedded-postgres.js';
import { freePort } from '../../dev/free-port.js';

export interface Services {
  postgres: { pid: number; version: string; settings: Record<string, string | number> };
  /** Undefined where no Redis is installed: then only the PostgreSQL backend is measured. */
  redis: { pid: number; url: string; version: string } | undefined;
  /** A folder for certificates and dumps; gone afterwards. */
  scratch: string;
  createDatabase(): Promise<{ url: string; drop(): Promise<void> }>;
  stop(): Promise<void>;
}

/** Said so that a report can show them; the first two are PostgreSQL's defaults. */
const SETTINGS = { fsync: 'on', synchronous_commit: 'on', shared_buffers: '1GB', max_connections: 200 };

export async function startServices(): Promise<Services> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'posthorn-bench-'));
  const postgres = await startEmbeddedPostgres(path.join(scratch, 'data'), SETTINGS);
  const redis = await startRedis();
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  const { rows } = await admin.query<{ server_version: string }>('SHOW server_version');
  let databases = 0;

  return {
    postgres: { pid: postgres.pid, version: rows[0]!.server_version, settings: SETTINGS },
    redis,
    scratch,
    createDatabase: async () => {
      const name = `bench_${++databases}`;
      await admin.query(`CREATE DATABASE ${name}`);
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return {
        url: url.href,
        drop: async () => {
          await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
          // The next scenario should not write out the pages of this one.
          await admin.query('CHECKPOINT');
        },
      };
    },
    stop: async () => {
      await admin.end();
      await redis?.stop();
      await postgres.stop();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

async function startRedis() {
  const program = ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
  if (program === undefined) return undefined;
  const port = await freePort();
  const child = spawn(
    program,
    [
      '--bind',
      '127.0.0.1',
      '--port',
      String(port),
      '--save',
      '',
      '--appendonly',
      'no',
      '--maxmemory-policy',
      'noeviction',
    ],
    { stdio: 'ignore', cwd: '/' },
  );
  const ended = once(child, 'exit');
  while (!(await accepts(port))) await sleep(20);
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.match(/v=(\S+)/)?.[1] ?? '?';
  return {
    pid: child.pid as number,
    url: `redis://127.0.0.1:${port}`,
    version,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
