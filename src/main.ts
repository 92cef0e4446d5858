/**
 * One program: `node dist/src/main.js` with a DATABASE_URL. Roles (`ROLE`): all, api, dispatcher. `npm start` comes
 * here too, through dev/start.ts, which brings a database along.
 */
import 'reflect-metadata';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { configureApi, createHttpAdapter } from './api/http.js';
import { logRequests } from './api/request-log.js';
import { AppModule } from './app.module.js';
import {
  ConfigError,
  isEmbedded,
  loadConfig,
  withProfileDefaults,
  type Config,
  type RunningSettings,
} from './config.js';
import { ensureAdminKey } from './store/api-keys.js';
import { encryptionKeyFromFile } from './store/key-file.js';
import { migrate } from './store/migrate.js';
import { log, setLogLevel, switchLogLevelOnSignal } from './telemetry/log.js';
import { NestLog } from './telemetry/nest-log.js';
import { VERSION } from './version.js';

export interface RunningPosthorn {
  url: string;
  /** The first admin key, when this start made it; never to be seen again. */
  firstAdminKey?: string;
  app: NestFastifyApplication;
  /** Finishes or hands back what is under way, then lets go of everything. */
  close(): Promise<void>;
}

/**
 * Migrates, starts what the role asks for, and listens.
 * @param databaseUrl the embedded database's, when the configuration names none
 */
export async function startPosthorn(
  config: Config,
  databaseUrl = config.databaseUrl,
): Promise<RunningPosthorn> {
  if (databaseUrl === undefined) {
    throw new ConfigError([
      'DATABASE_URL is not set; give one, or use `npm start`, which brings a database along',
    ]);
  }
  setLogLevel(config.logLevel);
  const settings: RunningSettings = {
    ...withProfileDefaults(config),
    databaseUrl,
    encryptionKey: await encryptionKeys(config),
  };
  await migrate(databaseUrl);
  const firstAdminKey = await ensureAdminKey(databaseUrl, settings.adminApiKey);

  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(settings),
    createHttpAdapter(settings),
    {
      logger: new NestLog(log),
      abortOnError: false,
    },
  );
  try {
    configureApi(app, settings);
    logRequests(app, log);
    await app.listen(settings.port, settings.host);
  } catch (error) {
    await app.close();
    throw error;
  }
  const { port } = app.getHttpServer().address() as { port: number };
  const url = settings.publicUrl ?? `http://localhost:${port}`;
  log.info(
    {
      version: VERSION,
      role: settings.role,
      port,
      queue: settings.redisUrl === undefined ? 'postgres' : 'redis',
    },
    'posthorn.started',
  );
  return { url, app, close: () => app.close(), ...(firstAdminKey !== undefined && { firstAdminKey }) };
}

async function encryptionKeys(config: Config): Promise<Buffer[]> {
  if (config.encryptionKey !== undefined) return config.encryptionKey;
  if (isEmbedded(config)) return [await encryptionKeyFromFile(withProfileDefaults(config).dataDir)];
  throw new ConfigError([
    'ENCRYPTION_KEY is not set; endpoint secrets are sealed with it. Make one with `openssl rand -base64 32` and keep it safe',
  ]);
}

/** Ends the process on SIGINT and SIGTERM, in order; a second signal ends it at once. */
export function closeOnSignal(close: () => Promise<void>): void {
  let closing = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (closing) process.exit(1);
      closing = true;
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'posthorn.stop_failed');
          process.exit(1);
        },
      );
    });
  }
}

async function main(): Promise<void> {
  try {
    const posthorn = await startPosthorn(loadConfig(process.env)); // eslint-disable-line no-restricted-properties -- handed to config.ts whole
    if (posthorn.firstAdminKey !== undefined) {
      process.stdout.write(`\nThe admin key, shown this once: ${posthorn.firstAdminKey}\n\n`);
    }
    closeOnSignal(() => posthorn.close());
    switchLogLevelOnSignal();
  } catch (error) {
    process.stderr.write(
      `${error instanceof ConfigError ? error.message : String((error as Error).stack)}\n`,
    );
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await main();
