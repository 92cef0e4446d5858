/**
 * A server that outlived its parent (`kill -9`) still holds the data. It is stopped, not adopted: that ends whatever
 * transactions and advisory locks the dead program left open, and what follows is the same start as any other.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { liveProcess } from './live-process.js';
import { type PostgresCluster } from './postgres-cluster.js';
import { stopServer, waitForAnswer } from './postgres-server.js';

/** A server takes its connections a moment after it has written its pid down. */
const REFUSED_TIMEOUT_MS = 3_000;

/**
 * To be called with the data directory's lock held. Before anything is sent a signal it has to accept our password: the pid in the
 * file may long belong to somebody else.
 */
export async function stopOrphan(cluster: PostgresCluster, startTimeoutMs: number): Promise<void> {
  const pidFile = path.join(cluster.data, 'postmaster.pid');
  const { pid, port } = readPostmaster(pidFile) ?? {};
  const server = pid === undefined ? undefined : liveProcess(pid);
  if (server === undefined || port === undefined) return; // Postgres itself clears away the file of a dead server

  const answer = await waitForAnswer(server, cluster.url(port, 'postgres'), {
    startingMs: startTimeoutMs,
    refusedMs: REFUSED_TIMEOUT_MS,
  });
  if (answer === 'ended') return;
  if (answer === 'in') return stopServer(server, 'fast');
  if (answer === 'starting') {
    throw new Error(`An earlier PostgreSQL on ${cluster.data}, process ${pid}, neither starts nor ends.`);
  }
  // Postgres would refuse to start as long as the pid in the file lives. Should we be wrong about it, the block of
  // shared memory that every server on these files uses keeps two of them apart.
  rmSync(pidFile, { force: true });
}

/** @see https://www.postgresql.org/docs/current/storage-file-layout.html */
function readPostmaster(pidFile: string): { pid: number; port: number } | undefined {
  let lines: string[];
  try {
    lines = readFileSync(pidFile, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const [pid, , , port] = lines.map(Number);
  return pid && port ? { pid, port } : undefined;
}
