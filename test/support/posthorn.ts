/** Posthorn in the test's own process, over a database of its own: for end-to-end tests that need no second process. */
import { loadConfig } from '../../src/config.js';
import { type RunningPosthorn, startPosthorn } from '../../src/main.js';
import { type QueueBackend } from './backends.js';
import { PosthornClient } from './client.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { ADMIN_KEY, testEnvironment } from './environment.js';

export interface TestPosthorn {
  url: string;
  databaseUrl: string;
  /** Speaks with the admin key; `client.as(key)` with another. */
  client: PosthornClient;
  app: RunningPosthorn['app'];
  close(): Promise<void>;
}

export interface TestPosthornOptions {
  /** The queue on PostgreSQL, unless told otherwise. */
  backend?: QueueBackend;
  env?: Record<string, string>;
  /** Of a database that the test keeps; otherwise one is made, and dropped by close(). */
  databaseUrl?: string;
}

export async function startTestPosthorn(options: TestPosthornOptions = {}): Promise<TestPosthorn> {
  const { backend = { name: 'postgres' }, env } = options;
  const database = options.databaseUrl === undefined ? await createTestDatabase() : keep(options.databaseUrl);
  const databaseUrl = database.url;
  const running = await startPosthorn(loadConfig(testEnvironment({ databaseUrl, backend, env })));
  // Not every machine's localhost is 127.0.0.1 alone, and there we listen.
  const url = running.url.replace('localhost', '127.0.0.1');
  return {
    url,
    databaseUrl,
    client: new PosthornClient(url, ADMIN_KEY),
    app: running.app,
    close: async () => {
      await running.close();
      await database.drop();
    },
  };
}

function keep(url: string): TestDatabase {
  return { url, drop: async () => {} };
}
