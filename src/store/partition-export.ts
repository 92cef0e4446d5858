/**
 * A day's rows, written to a file before they are dropped: gzip of NDJSON, one row a line, its columns by their names
 * (docs/operations.md, "Exports"). Only of a detached partition, which nobody can change any more.
 *
 * The file gets its name only when it is whole and on the disk, so whoever sees the name may copy it. A crash before
 * that leaves a `.part`, and the next run begins anew.
 */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Queryable } from './database.js';
import type { Partition } from './partitions.js';

/** Rows read at a time: a few megabytes of the largest ones. */
const PAGE = 500;

/** Answers the file's path and how many rows it has. */
export async function exportPartition(
  database: Queryable,
  partition: Partition,
  folder: string,
): Promise<{ path: string; rows: number }> {
  const day = new Date(partition.dayMs).toISOString().slice(0, 10);
  const path = join(folder, partition.table, `${day}.ndjson.gz`);
  // Another process may be at it too, should it have been taken for dead: each writes its own.
  const part = `${path}.${process.pid}.part`;
  await mkdir(join(folder, partition.table), { recursive: true });
  let rows = 0;
  const file = await open(part, 'w');
  try {
    const pages = async function* (): AsyncGenerator<string> {
      for await (const lines of readLines(database, partition.name)) {
        rows += lines.length;
        yield `${lines.join('\n')}\n`;
      }
    };
    await pipeline(Readable.from(pages()), createGzip(), file.createWriteStream({ flush: true }));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await file.close().catch(() => undefined); // the stream has closed it unless it failed early
  }
  return { path, rows };
}

/** Page by page in the order of ids: no transaction stays open while a slow disk writes. */
async function* readLines(database: Queryable, name: string): AsyncGenerator<string[]> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows } = await database.query<{ id: string; line: string }>(
      `SELECT p.id, row_to_json(p)::text AS line FROM ${name} p WHERE p.id > $1 ORDER BY p.id LIMIT ${PAGE}`,
      [after],
    );
    if (rows.length > 0) yield rows.map((row) => row.line);
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}
