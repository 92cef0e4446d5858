/**
 * Writes openapi.yaml from the code, or with `--check` only tells whether it is up to date (for CI). Needs no database:
 * in Nest's preview mode the modules are put together, but nothing in them is made or started.
 */
import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openApiDocument } from '../src/api/docs/openapi-document.js';
import { toYaml } from '../src/api/docs/yaml.js';
import { createHttpAdapter } from '../src/api/http.js';
import { AppModule } from '../src/app.module.js';
import { loadConfig, withProfileDefaults, type RunningSettings } from '../src/config.js';

const FILE = 'openapi.yaml';

async function describe(): Promise<string> {
  // Defaults only: the description must not depend on where it was made.
  const settings: RunningSettings = {
    ...withProfileDefaults(loadConfig({})),
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
    encryptionKey: [],
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(settings),
    createHttpAdapter(settings),
    {
      preview: true,
      logger: false,
      abortOnError: false,
    },
  );
  return toYaml(openApiDocument(app));
}

const wanted = await describe();
if (process.argv.includes('--check')) {
  const found = await readFile(FILE, 'utf8').catch(() => '');
  if (found === wanted) {
    console.log(`${FILE} is what the code says.`);
  } else {
    console.error(`${FILE} is not what the code says. Run: npm run openapi`);
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, wanted);
  console.log(`${FILE} written.`);
}
