/**
 * Postgres refuses to run as root, and rightly so. Where we are root (a container, a CI machine, somebody's server) it runs as
 * another user, and that user may be unable to enter the folder that the clone lies in: /root is commonly closed.
 * Opening that folder to others is not ours to do, nor is scattering data over the machine. So:
 *
 * - **The data stays in `.posthorn/`.** We enter the folder while we are still root and only then become the other user
 *   (`spawn` does it in that order). Postgres is given the path `/proc/self/cwd`, which leads to the folder itself
 *   and not through its parents.
 * - **The programs** cannot be reached that way, since they look for their libraries beside their own path. They
 *   are copied, once, to a place that everybody may enter: see postgres-programs.ts.
 *
 * Which user: the owner of data that is there already; else `postgres`, if the machine has one; else `nobody`. No user
 * is created: adding accounts to somebody's machine is more than they asked for by `npm start`. The price is that other
 * programs running as `nobody` could read this data, which is why it is a profile for trying out.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';

/** Spread into `spawn`'s options. Empty when we are an ordinary user: Postgres then runs as ourselves. */
export type PostgresUser = { uid: number; gid: number } | Record<string, never>;

export function postgresUser(existingData: string): PostgresUser {
  if (process.getuid?.() !== 0) return {};
  const owner = statSync(existingData, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const user = lookUp('postgres') ?? lookUp('nobody');
  if (user === undefined) {
    throw new Error(
      'PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.\n' +
        'Start Posthorn as an ordinary user, or give it a database: DATABASE_URL=postgres://… npm start',
    );
  }
  return user;
}

/** Makes a file or folder that we created belong to the user that Postgres runs as. */
export function handOver(file: string, user: PostgresUser): void {
  if (user.uid !== undefined) chownSync(file, user.uid, user.gid);
}

/** The path by which Postgres, started inside `folder`, is to call that folder. */
export function pathFromInside(folder: string, user: PostgresUser): string {
  return user.uid !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : folder;
}

/** By the `id` program, which also knows users that are not in /etc/passwd. */
function lookUp(name: string): PostgresUser | undefined {
  const id = (flag: '-u' | '-g') =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
