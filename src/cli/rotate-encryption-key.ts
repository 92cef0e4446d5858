/**
 * `npm run rotate-encryption-key`: seals everything under the first key of ENCRYPTION_KEY, beside the running program.
 *
 * The whole rotation: give every process `ENCRYPTION_KEY=<old>,<new>` and restart it (it can now open both), then
 * `<new>,<old>` (it seals under the new one), run this, and at last give them `<new>` alone.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigError, loadConfig } from '../config.js';
import { Database } from '../store/database.js';
import { resealAll } from '../store/reseal.js';
import { Sealer } from '../store/sealing.js';

/** Answers the exit status. */
export async function rotateEncryptionKey(
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<number> {
  try {
    const { databaseUrl, encryptionKey } = loadConfig(env);
    if (databaseUrl === undefined) throw new ConfigError(['DATABASE_URL is not set']);
    if (encryptionKey === undefined) {
      throw new ConfigError(['ENCRYPTION_KEY is not set; give the new key first, then the old one']);
    }
    const database = new Database({
      url: databaseUrl,
      poolSize: 1,
      applicationName: 'posthorn key rotation',
    });
    try {
      return await reseal(database, new Sealer(encryptionKey), print);
    } finally {
      await database.close();
    }
  } catch (error) {
    print((error as Error).message);
    return 1;
  }
}

const WORDS = {
  secret: 'endpoint secrets',
  headers: 'endpoints’ custom headers',
  client_key: 'client keys',
  authentication: 'endpoints’ credentials',
} as const;

async function reseal(database: Database, sealer: Sealer, print: (line: string) => void): Promise<number> {
  const resealed = await resealAll(database, sealer);
  let remaining = 0;
  for (const { purpose, count, remaining: left } of resealed) {
    print(`${WORDS[purpose]}: ${count} sealed anew, ${left} left`);
    remaining += left;
  }
  print(
    remaining === 0
      ? 'Everything is under the first key; the others may go.'
      : 'Some were in use just then; run this again.',
  );
  return remaining === 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { env } = process; // eslint-disable-line no-restricted-properties -- handed to config.ts whole
  process.exitCode = await rotateEncryptionKey(env, (line) => void process.stdout.write(`${line}\n`));
}
