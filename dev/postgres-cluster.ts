/**
 * The embedded database on disk: a folder that is made whole or not at all. `initdb` works on a draft that gets its name
 * when it is finished, so that a start that was killed half-way begins anew instead of finding half a database.
 *
 *     <DATA_DIR>/postgres/
 *       data/       what PostgreSQL calls PGDATA
 *       password    of the one user, made once; over TCP because nothing else reaches past a closed home folder
 *       port        where it listened last, so that a URL that somebody noted down stays good
 *       log         what the server says; the log of the start before is kept as log.1
 *
 * `data` and `password` belong to the user that Postgres runs as; <DATA_DIR> itself is closed to everybody else.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type PostgresPrograms, postgresPrograms } from './postgres-programs.js';
import { handOver, pathFromInside, type PostgresUser, postgresUser } from './postgres-user.js';

export interface PostgresCluster {
  data: string;
  programs: PostgresPrograms;
  user: PostgresUser;
  url(port: number, database: string): string;
  rememberedPort(): number | undefined;
  rememberPort(port: number): void;
  /** What the server wrote last, for an error message. */
  logTail(): string;
  /** Begins a new log. @returns a file descriptor to close once the server has it. */
  openLog(): number;
}

/** The database's owner; the name also of the database that Posthorn uses. */
export const POSTHORN = 'posthorn';

/** For root only, and regenerated when it is missing: what /var/cache is for. Root alone may write there. */
const ROOT_PROGRAM_CACHE = '/var/cache/posthorn';

const LOG_TAIL_LINES = 12;

/** @param durable false lets `initdb` not wait for the disk: for data that nobody would miss */
export function openCluster(dataDir: string, durable: boolean): PostgresCluster {
  const home = path.join(path.resolve(dataDir), 'postgres');
  const data = path.join(home, 'data');
  const user = postgresUser(data);
  const programs = postgresPrograms(
    user,
    user.uid === undefined ? path.join(path.dirname(home), 'programs') : ROOT_PROGRAM_CACHE,
  );
  if (!existsSync(data)) createCluster(home, data, programs, user, durable);

  const password = readFileSync(path.join(home, 'password'), 'utf8');
  const portFile = path.join(home, 'port');
  const log = path.join(home, 'log');
  return {
    data,
    programs,
    user,
    url: (port, database) => `postgres://${POSTHORN}:${password}@127.0.0.1:${port}/${database}`,
    rememberedPort: () => Number(readIfThere(portFile)) || undefined,
    rememberPort: (port) => {
      rmSync(portFile, { force: true }); // it may be another user's, the folder is ours
      writeFileSync(portFile, String(port));
    },
    logTail: () => (readIfThere(log) ?? '').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n'),
    openLog: () => {
      if (existsSync(log)) renameSync(log, `${log}.1`);
      return openSync(log, 'a', 0o600);
    },
  };
}

function createCluster(
  home: string,
  data: string,
  programs: PostgresPrograms,
  user: PostgresUser,
  durable: boolean,
): void {
  const draft = `${data}.new`;
  rmSync(draft, { recursive: true, force: true });
  // The folder stays ours, for we write to it: as root, in a folder of a lesser user's, a link of theirs could lead us
  // anywhere. They may pass through.
  mkdirSync(home, { recursive: true, mode: 0o711 });
  mkdirSync(draft, { mode: 0o700 });
  handOver(draft, user);
  const passwordFile = path.join(home, 'password');
  closeSync(openSync(passwordFile, 'w', 0o600)); // closed to others before anything is in it
  writeFileSync(passwordFile, randomBytes(24).toString('hex'));
  handOver(passwordFile, user);

  const initdb = spawnSync(
    programs.initdb,
    [
      `--pgdata=${pathFromInside(draft, user)}`,
      `--username=${POSTHORN}`,
      '--pwfile=../password',
      '--auth=scram-sha-256',
      // Sorts by code point, which indexes like and which is the same on every machine, but knows Unicode's upper
      // and lower case, which searching needs. Plain C knows ASCII's only.
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
    ],
    { ...user, cwd: draft, env: cleanEnvironment(), encoding: 'utf8' },
  );
  if (initdb.status !== 0) {
    throw new Error(`The embedded PostgreSQL could not be set up: ${initdb.error?.message ?? initdb.stderr}`);
  }
  renameSync(draft, data);
}

/** PGPORT and its like in somebody's shell are meant for another Postgres. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C' };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
