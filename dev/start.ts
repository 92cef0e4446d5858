/**
 * `npm start`: the whole of Posthorn for somebody who has Node and nothing else. Without DATABASE_URL it brings the database,
 * and takes it along when it goes: first Posthorn drains, then Postgres stops.
 *
 * In production `node dist/src/main.js` is started instead, which knows nothing of all this.
 */
import { type Config, ConfigError, isEmbedded, loadConfig, withProfileDefaults } from '../src/config.js';
import { startPosthorn } from '../src/main.js';
import { switchLogLevelOnSignal } from '../src/telemetry/log.js';
import { DataDirInUse } from './data-dir-lock.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';
import { banner } from './start-banner.js';

/** One Ctrl-C reaches us twice, from the terminal and from npm, which passes signals on; that is not a second one. */
const SAME_KEYSTROKE_MS = 500;

let postgres: EmbeddedPostgres | undefined;

// However we end, short of `kill -9`, the database is told to end too: stop() sends its signal before it first waits.
process.on('exit', () => void postgres?.stop());

try {
  process.exitCode = await run();
} catch (error) {
  console.error(inWords(error));
  process.exitCode = 1;
}
// Whatever still keeps the event loop alive (a stray timer, a socket) must not keep the terminal.
process.exit();

/** @returns the exit status */
async function run(): Promise<number> {
  const stopRequested = stopSignal();
  const config = loadConfig(process.env);
  if (!isEmbedded(config)) return runPosthorn(config, stopRequested);

  postgres = await startEmbeddedPostgres(withProfileDefaults(config).dataDir);
  try {
    return await runPosthorn(config, stopRequested);
  } finally {
    await postgres.stop();
  }
}

async function runPosthorn(config: Config, stopRequested: Promise<void>): Promise<number> {
  const posthorn = await startPosthorn(config, postgres?.url ?? config.databaseUrl);
  switchLogLevelOnSignal();
  const { dataDir } = withProfileDefaults(config);
  console.log(
    banner({ url: posthorn.url, adminKey: posthorn.firstAdminKey, embeddedIn: postgres && dataDir }),
  );

  const why = await Promise.race([
    stopRequested.then(() => 'signal' as const),
    ...(postgres ? [postgres.ended.then(() => 'database gone' as const)] : []),
  ]);
  if (why === 'signal') {
    console.log('Stopping: finishing what is in flight. Press Ctrl-C again to stop at once.');
  } else {
    console.error(`The embedded PostgreSQL has ended by itself; ${dataDir}/postgres/log says why.`);
  }
  await posthorn.close();
  return why === 'signal' ? 0 : 1;
}

/** Settles at the first SIGINT or SIGTERM. A second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const listener = () => {
      if (firstAt === undefined) {
        firstAt = Date.now();
        resolve();
      } else if (Date.now() - firstAt > SAME_KEYSTROKE_MS) {
        process.exit(1);
      }
    };
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
  });
}

/** What the person at the terminal can act on needs no stack trace; anything else does. */
function inWords(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DataDirInUse) return error.message;
  const { code, port, message } = error as { code?: string; port?: number; message: string };
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Choose another one:\n\n  PORT=${Number(port) + 1} npm start\n`;
  }
  if (code === 'EACCES') {
    return `${message}\nWas it made by another user, such as root? Start as that user, or give a DATA_DIR of your own.\n`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
