/**
 * Makes docs/images/*.png for the README: a real Posthorn on a database of its own, seeded, aged by a day, and looked at
 * with Chromium, in light and in dark. `node dist/dev/screenshots.js`
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { chromium, type Browser, type Page } from 'playwright-core';
import { loadConfig } from '../src/config.js';
import { startPosthorn } from '../src/main.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { seed } from './seed.js';

const KEY = 'the-admin-key-of-the-screenshots';
const FOLDER = 'docs/images';
const EVENTS = 1_200;
const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
/** Charts and fonts have settled by then. */
const SETTLE_MS = 1_500;

interface Shot {
  name: string;
  path: string;
  face?: 'portal' | 'catalog';
}

const dataDir = await mkdtemp(join(tmpdir(), 'posthorn-screenshots-'));
const postgres = await startEmbeddedPostgres(dataDir);
try {
  await shootAll(postgres.url);
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit();

async function shootAll(databaseUrl: string): Promise<void> {
  const config = loadConfig({
    PORT: '0',
    ADMIN_API_KEY: KEY,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    PUBLIC_CATALOG: 'true',
    PORTAL_NAME: 'Example Billing',
  });
  const posthorn = await startPosthorn(config, databaseUrl);
  const stopReceivers = await seed({ url: posthorn.url, key: KEY, events: EVENTS });
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
  try {
    await age(databaseUrl);
    await mkdir(FOLDER, { recursive: true });
    const shots = await chooseShots(posthorn.url);
    for (const scheme of ['light', 'dark'] as const) await shoot(browser, posthorn.url, scheme, shots);
  } finally {
    await browser.close();
    await stopReceivers();
    await posthorn.close();
  }
}

/** Spreads what has just happened over the last day, in its order and in waves. Ids stay: only what is shown is moved. */
async function age(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`
    CREATE TEMP TABLE aged AS
      SELECT r.id, (r.place * 23 + 0.9 * sin(r.place * 19)) * interval '1 hour' AS by
        FROM (SELECT d.id, (row_number() OVER (ORDER BY d.id DESC))::float8 / count(*) OVER () AS place FROM deliveries d) r;
    UPDATE deliveries d SET created_at = d.created_at - a.by, completed_at = d.completed_at - a.by,
                            last_attempt_at = d.last_attempt_at - a.by
      FROM aged a WHERE a.id = d.id;
    UPDATE attempts t SET started_at = t.started_at - a.by FROM aged a WHERE a.id = t.delivery_id;
    UPDATE lanes l SET failing_since = l.failing_since - (1 + 5 * random()) * interval '1 hour';`);
  await client.end();
}

async function chooseShots(url: string): Promise<Shot[]> {
  const get = async <T>(route: string) =>
    (await fetch(url + route, { headers: { authorization: `Bearer ${KEY}` } })).json() as Promise<T>;
  type List = { data: { id: string; tenantId: string }[] };
  const failing = (await get<List>('/v1/deliveries?tenant=acme&errorCode=http_server_error&limit=1')).data[0];
  if (failing === undefined) throw new Error('the seed has left nothing to look at');
  return [
    { name: 'overview', path: '/' },
    { name: 'deliveries', path: '/deliveries' },
    { name: 'delivery', path: `/deliveries/${failing.id}` },
    { name: 'replay', path: '/replays?status=succeeded&tenant=northwind&new=1' },
    { name: 'portal', path: '/verify', face: 'portal' },
    { name: 'catalog', path: '/invoice.created', face: 'catalog' },
  ];
}

async function shoot(browser: Browser, url: string, scheme: 'light' | 'dark', shots: Shot[]): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 820 }, colorScheme: scheme });
  const page = await context.newPage();
  await page.goto(`${url}/console`);
  await page.getByLabel('API key').fill(KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  const token = await portalToken(url);
  for (const { name, path, face } of shots) {
    const fragment = face === 'portal' ? `#token=${token}` : '';
    await page.goto(`${url}/console${face ? `/${face}` : ''}${path}${fragment}`);
    await take(page, join(FOLDER, `${name}-${scheme}.png`));
  }
  await context.close();
}

async function portalToken(url: string): Promise<string> {
  const response = await fetch(`${url}/v1/tenants/acme/portal-sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: '{}',
  });
  return ((await response.json()) as { token: string }).token;
}

async function take(page: Page, path: string): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path });
  console.log(path);
}
