/**
 * A day's rows, kept elsewhere before they are dropped: gzip of NDJSON, one row a line, its columns by their names
 * (docs/operations.md, "Exports").
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Queryable } from '../store/database.js';
import { readLines } from '../store/partition-lines.js';
import type { Partition } from '../store/partitions.js';
import { ExportBucket, type BucketSettings } from './export-bucket.js';
import { ExportFolder } from './export-folder.js';
import type { ExportTarget } from './export-target.js';

export function exportTarget(to: {
  exportDir: string | undefined;
  exportBucket: BucketSettings | undefined;
}): ExportTarget | undefined {
  if (to.exportBucket !== undefined) return new ExportBucket(to.exportBucket);
  return to.exportDir === undefined ? undefined : new ExportFolder(to.exportDir);
}

/** Answers where it is and how many rows it has. */
export async function exportDay(
  database: Queryable,
  partition: Partition,
  target: ExportTarget,
): Promise<{ exportedTo: string; rows: number }> {
  const name = `${partition.table}/${new Date(partition.dayMs).toISOString().slice(0, 10)}.ndjson.gz`;
  let rows = 0;
  let exportedTo = '';
  const text = async function* (): AsyncGenerator<string> {
    for await (const lines of readLines(database, partition)) {
      rows += lines.length;
      yield `${lines.join('\n')}\n`;
    }
  };
  await pipeline(Readable.from(text()), createGzip(), async (content: AsyncIterable<Buffer>) => {
    exportedTo = await target.keep(name, content);
  });
  return { exportedTo, rows };
}
