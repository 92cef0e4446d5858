import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirInUse } from '../../dev/data-dir-lock.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../dev/embedded-postgres.js';
import { liveProcess } from '../../dev/live-process.js';
import { waitFor } from '../support/wait-for.js';

const SETTINGS = { fsync: 'off', shared_buffers: '16MB', max_wal_size: '64MB' };
const BUILT_MODULE = new URL('../../dist/dev/embedded-postgres.js', import.meta.url).href;

describe('the embedded Postgres', { timeout: 60_000 }, () => {
  let dataDir: string;
  let running: EmbeddedPostgres | undefined;

  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'posthorn-embedded-'));
  });

  afterEach(async () => {
    await running?.stop('immediate');
    running = undefined;
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<EmbeddedPostgres> {
    running = await startEmbeddedPostgres(dataDir, SETTINGS);
    return running;
  }

  it('keeps its data and its address over a restart', async () => {
    const first = await start();
    await query(first.url, "CREATE TABLE kept AS SELECT 'still here' AS word");
    await first.stop();

    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT word FROM kept')).toEqual([{ word: 'still here' }]);
  });

  it('leaves no process and no lock behind when it is stopped', async () => {
    const server = await start();
    await server.stop();
    await server.ended;
    expect(liveProcess(server.pid)).toBeUndefined();
    expect(statSync(path.join(dataDir, 'posthorn.lock'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('recovers what was committed before a crash', async () => {
    const first = await start();
    await query(first.url, "CREATE TABLE kept AS SELECT 'still here' AS word");
    await first.stop('immediate');

    const second = await start();
    expect(await query(second.url, 'SELECT word FROM kept')).toEqual([{ word: 'still here' }]);
  });

  it('lets nobody in without the password', async () => {
    const { url } = await start();
    const stranger = new URL(url);
    stranger.password = 'guessed';
    await expect(query(stranger.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('keeps the password and the data from other users', async () => {
    await start();
    const modeOf = (file: string) => (statSync(path.join(dataDir, file)).mode & 0o777).toString(8);
    expect(modeOf('postgres/password')).toBe('600');
    expect(modeOf('postgres/data')).toBe('700');
    expect(modeOf('postgres/log')).toBe('600');
    expect(modeOf('.')).toBe('700');
  });

  it('refuses a second start on the same data, naming the process, the data and the way out', async () => {
    await start();
    const second = startEmbeddedPostgres(dataDir, SETTINGS);
    await expect(second).rejects.toThrow(DataDirInUse);
    await expect(second).rejects.toThrow(
      new RegExp(`${dataDir}.*process ${process.pid}[^]*DATA_DIR=.*PORT=`),
    );
  });

  it('takes over from a parent that was killed: its orphan is stopped, its data is there', async () => {
    const parent = await startInAnotherProcess(dataDir);
    await query(parent.url, "CREATE TABLE kept AS SELECT 'still here' AS word");
    process.kill(parent.pid, 'SIGKILL');
    await waitFor(() => liveProcess(parent.pid) === undefined, { what: 'the parent to be dead' });
    expect(liveProcess(parent.postgresPid)).toBeDefined();

    const next = await start();
    expect(liveProcess(parent.postgresPid)).toBeUndefined();
    expect(next.pid).not.toBe(parent.postgresPid);
    expect(await query(next.url, 'SELECT word FROM kept')).toEqual([{ word: 'still here' }]);
  });

  it('does not touch a process that merely has the number that a dead server had', async () => {
    const first = await start();
    process.kill(first.pid, 'SIGKILL'); // the only end that leaves postmaster.pid behind
    await first.ended;
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      const pidFile = path.join(dataDir, 'postgres/data/postmaster.pid');
      const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
      writeFileSync(pidFile, [bystander.pid, ...rest].join('\n'));

      await start();
      expect(liveProcess(bystander.pid as number)).toBeDefined();
    } finally {
      bystander.kill();
    }
  });

  it('starts over when the first start was killed before the database was whole', async () => {
    const halfMade = path.join(dataDir, 'postgres/data.new');
    mkdirSync(halfMade, { recursive: true });
    writeFileSync(path.join(halfMade, 'PG_VERSION'), '18');
    expect(await query((await start()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says when the server has ended by itself', async () => {
    const server = await start();
    process.kill(server.pid, 'SIGQUIT');
    await expect(server.ended).resolves.toBeUndefined();
  });
});

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Another process, so that it can be killed; it runs what was built, since Node cannot read our sources. */
async function startInAnotherProcess(dataDir: string) {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(BUILT_MODULE)});
    const server = await startEmbeddedPostgres(${JSON.stringify(dataDir)}, ${JSON.stringify(SETTINGS)});
    console.log(JSON.stringify({ url: server.url, postgresPid: server.pid }));
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const died = once(child, 'exit').then(([status]) => {
    throw new Error(`The other process ended with ${status} before it had a database`);
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), died])) as [string];
  died.catch(() => undefined); // later on it is meant to die
  return { pid: child.pid as number, ...(JSON.parse(line) as { url: string; postgresPid: number }) };
}
