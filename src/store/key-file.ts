/**
 * The encryption key of an embedded installation: made at first start and kept beside the database, readable by its
 * owner alone. Everybody else gives the key in ENCRYPTION_KEY, from wherever they keep their secrets.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const KEY_BYTES = 32;

/** Reads the key, or makes it. @throws Error when the file is there and is not a key. */
export async function encryptionKeyFromFile(dataDir: string): Promise<Buffer> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'encryption.key');
  try {
    const file = await open(path, 'wx', 0o600); // fails if it exists: two starts cannot make two keys
    const key = randomBytes(KEY_BYTES);
    await file.writeFile(`${key.toString('base64')}\n`);
    await file.sync();
    await file.close();
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = Buffer.from(await readFile(path, 'utf8'), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${path} does not hold a key of ${KEY_BYTES} bytes`);
  return key;
}
