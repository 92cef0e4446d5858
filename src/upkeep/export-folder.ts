/** Exports as files. A file gets its name only when it is whole and on the disk; until then it ends in `.part`. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ExportTarget } from './export-target.js';

export class ExportFolder implements ExportTarget {
  constructor(private readonly folder: string) {}

  async keep(name: string, content: AsyncIterable<Buffer>): Promise<string> {
    const path = join(this.folder, name);
    // Another process may be at it too, should it have been taken for dead: each writes its own.
    const part = `${path}.${process.pid}.part`;
    await mkdir(dirname(path), { recursive: true });
    const file = await open(part, 'w');
    try {
      await pipeline(content, file.createWriteStream({ flush: true }));
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    } finally {
      await file.close().catch(() => undefined); // the stream has closed it unless it failed early
    }
    return path;
  }
}
