/**
 * PostgreSQL for people who have none: `npm start` and the tests bring their own, from npm. One object is one running
 * server on 127.0.0.1, on a free port, with a password of its own.
 *
 * The server runs detached, in its own process group: a terminal's Ctrl-C goes to a whole group, and would stop the
 * database under the feet of a program that is still writing down what it has sent. The price is that a server
 * outlives a parent that dies of `kill -9`; the next start stops that orphan (postgres-orphan.ts).
 *
 * Not for production: one machine, no backups, no tuning. Set DATABASE_URL there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { lockDataDir } from './data-dir-lock.js';
import { freePort, isFree } from './free-port.js';
import { liveProcess, type RememberedProcess } from './live-process.js';
import { cleanEnvironment, openCluster, POSTHORN, type PostgresCluster } from './postgres-cluster.js';
import { stopOrphan } from './postgres-orphan.js';
import { type Stop, stopServer, waitForAnswer } from './postgres-server.js';
import { pathFromInside } from './postgres-user.js';

export interface EmbeddedPostgres {
  /** Of the database `posthorn`. The next start has the same, unless another program has taken the port. */
  readonly url: string;
  readonly pid: number;
  /** Settles when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** After an `immediate` stop the next start recovers; nothing that was committed is lost. */
  stop(how?: Stop): Promise<void>;
}

export type PostgresSettings = Record<string, string | number>;

const SETTINGS: PostgresSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '', // a socket's path would have to be reachable, and short
  max_connections: 100,
  shared_buffers: '256MB',
  synchronous_commit: 'on', // a 202 means that the event is on disk
  // Checkpoints rarely, so that whole pages go to the write-ahead log rarely; recovery takes seconds longer for it.
  wal_compression: 'on',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  log_checkpoints: 'off',
  jit: 'off', // our statements are short: compiling one takes longer than running it
  timezone: 'UTC',
};

/** Recovery from 4 GB of log after a crash, on a slow disk. */
const START_TIMEOUT_MS = 180_000;

/** Another program may take a port between our finding it free and Postgres' taking it. */
const PORT_TRIES = 5;

/** @throws DataDirInUse when another Posthorn runs on `dataDir`. */
export async function startEmbeddedPostgres(
  dataDir: string,
  settings: PostgresSettings = {},
): Promise<EmbeddedPostgres> {
  const unlock = lockDataDir(path.resolve(dataDir));
  try {
    const cluster = openCluster(dataDir, settings.fsync !== 'off');
    await stopOrphan(cluster, START_TIMEOUT_MS);
    const { server, child, port } = await startServer(cluster, { ...SETTINGS, ...settings });
    const ended = once(child, 'exit').then(unlock);
    await createDatabase(cluster.url(port, 'postgres'));
    return {
      url: cluster.url(port, POSTHORN),
      pid: server.pid,
      ended,
      stop: async (how = 'fast') => {
        child.ref(); // so that this process does not end before it has heard of the other's end
        await stopServer(server, how);
        await ended;
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

interface RunningServer {
  server: RememberedProcess;
  child: ChildProcess;
  port: number;
}

async function startServer(cluster: PostgresCluster, settings: PostgresSettings): Promise<RunningServer> {
  for (let tries = 1; ; tries++) {
    const remembered = cluster.rememberedPort();
    const port = remembered !== undefined && (await isFree(remembered)) ? remembered : await freePort();
    const child = await spawnPostgres(cluster, { ...settings, port });
    const server = liveProcess(child.pid as number);
    const answer = server
      ? await waitForAnswer(server, cluster.url(port, 'postgres'), {
          startingMs: START_TIMEOUT_MS,
          refusedMs: START_TIMEOUT_MS,
        })
      : 'ended';
    if (server && answer === 'in') {
      cluster.rememberPort(port);
      return { server, child, port };
    }
    if (server) await stopServer(server, 'immediate');
    const log = cluster.logTail();
    if (tries === PORT_TRIES || !log.includes('could not bind')) {
      throw new Error(`The embedded PostgreSQL does not start (${answer}). Its log ends with:\n${log}`);
    }
  }
}

async function spawnPostgres(cluster: PostgresCluster, settings: PostgresSettings): Promise<ChildProcess> {
  const log = cluster.openLog();
  try {
    const child = spawn(
      cluster.programs.postgres,
      [
        ...['-D', pathFromInside(cluster.data, cluster.user)],
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        ...cluster.user,
        cwd: cluster.data,
        env: cleanEnvironment(),
        detached: true,
        stdio: ['ignore', log, log],
      },
    );
    await once(child, 'spawn');
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** A crash before this leaves a server without our database; the next start makes it. */
async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [POSTHORN]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${POSTHORN}`);
  } finally {
    await client.end();
  }
}
