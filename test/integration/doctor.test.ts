/** `posthorn doctor` and `posthorn migrate`: what they say, and their exit status. */
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/posthorn.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startReceiver } from '../support/receiver.js';

let cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  cleanUps = [];
});

async function database(kind: 'migrated' | 'empty'): Promise<TestDatabase> {
  const made = await createTestDatabase(kind);
  cleanUps.push(() => made.drop());
  return made;
}

async function posthorn(
  args: string[],
  env: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const lines: string[] = [];
  const status = await run(args, env, (line) => void lines.push(line));
  return { status, text: lines.join('\n') };
}

async function environment(databaseUrl: string): Promise<{ env: Record<string, string>; url: string }> {
  const receiver = await startReceiver();
  cleanUps.push(() => receiver.close());
  return {
    url: receiver.url(),
    env: {
      DATABASE_URL: databaseUrl,
      ENCRYPTION_KEY: Buffer.alloc(32, 'k').toString('base64'),
      PUBLIC_URL: 'https://hooks.example.com',
      EGRESS_ALLOWED_SUBNETS: '127.0.0.0/8,::1/128',
      EGRESS_ALLOW_HTTP: 'true',
      EGRESS_ALLOWED_PORTS: 'any',
    },
  };
}

describe('posthorn doctor', () => {
  it('examines everything, and finds only what the tests’ database really has wrong', async () => {
    const { env, url } = await environment((await database('migrated')).url);
    const { status, text } = await posthorn(['doctor', '--url', url], env);
    expect(text).toContain('ok    Every migration is applied');
    expect(text).toContain('ok    Planner options reach the server');
    expect(text).toMatch(/clock and the database’s are \d+ ms apart/);
    expect(text).toContain('ok    It answered 200 from 127.0.0.1');
    expect(text).toContain('WRONG fsync is off'); // as the tests run theirs
    expect(text).toContain('1 thing is wrong.');
    expect(status).toBe(1);
  });

  it('says which variable is wrong, and which is misspelled', async () => {
    expect((await posthorn(['doctor'], { PORT: 'http', RETENTION_DAYS: '0' })).text).toMatch(
      /WRONG PORT must be a whole number[^]*WRONG RETENTION_DAYS must be/,
    );
    const mistyped = { ADMIN_API_KEY: `phk_${'x'.repeat(49)}` };
    expect((await posthorn(['doctor'], mistyped)).text).toMatch(
      /WRONG ADMIN_API_KEY begins like a key of Posthorn’s/,
    );
    const { env, url } = await environment((await database('migrated')).url);
    const { text } = await posthorn(['doctor', '--url', url], { ...env, RETENTION_DAY: '7' });
    expect(text).toContain('RETENTION_DAY is set, and Posthorn knows no such variable');
  });

  it('tells a database that is not there from one that refuses', async () => {
    const { env, url } = await environment('postgres://nobody@127.0.0.1:1/nowhere');
    expect((await posthorn(['doctor', '--url', url], env)).text).toContain('Nothing listens there');
    const { url: good } = await database('empty');
    const missing = new URL(good);
    missing.pathname = '/no_such_database';
    const other = await posthorn(['doctor', '--url', url], { ...env, DATABASE_URL: missing.href });
    expect(other.text).toContain('Create the database that DATABASE_URL names');
  });

  it('says that Redis cannot be reached, and that an address is refused', async () => {
    const { env, url } = await environment((await database('migrated')).url);
    const { text } = await posthorn(['doctor', '--url', url], {
      ...env,
      REDIS_URL: 'redis://127.0.0.1:1',
      EGRESS_ALLOWED_SUBNETS: '10.0.0.0/8',
    });
    expect(text).toContain('WRONG Redis cannot be reached');
    expect(text).toContain('warn  address_blocked');
  });
});

describe('posthorn migrate', () => {
  it('brings an empty database up to date, after which the doctor is content with its schema', async () => {
    const { env, url } = await environment((await database('empty')).url);
    expect((await posthorn(['doctor', '--url', url], env)).text).toContain('Run `posthorn migrate`');
    expect(await posthorn(['migrate'], env)).toEqual({ status: 0, text: 'The schema is up to date.' });
    expect((await posthorn(['doctor', '--url', url], env)).text).toContain('Every migration is applied');
  });

  it('fails when there is no database to migrate', async () => {
    expect((await posthorn(['migrate'], {})).status).toBe(1);
  });
});

it('explains itself to whoever asks for something else', async () => {
  expect(await posthorn(['dance'], {})).toMatchObject({
    status: 2,
    text: expect.stringContaining('posthorn doctor') as string,
  });
});
