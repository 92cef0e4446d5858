/** When things are not as they should be: nothing answers, nothing is there, nobody may. What the pages then say, and offer. */
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY } from '../support/environment.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';
import { openBrowser, seriousViolations, visit } from './console-browser.js';

const NOBODY = '0'.repeat(32);

/** What is asked of an element of the page; the tests themselves know no DOM. */
interface Sized {
  scrollWidth: number;
  clientWidth: number;
}

let posthorn: TestPosthorn;
let receiver: TestReceiver;
/** Serves the product's own page, which embeds the portal. */
let host: TestReceiver;
let browser: Browser;
let tenantId: string;
let waitingId: string;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  host = await startReceiver();
  const env = { PORTAL_NAME: 'Example Billing', PORTAL_FRAME_ANCESTORS: new URL(host.url()).origin };
  [posthorn, receiver, browser] = await Promise.all([
    startTestPosthorn({ env }),
    startReceiver(),
    openBrowser(),
  ]);
  const { client } = posthorn;
  tenantId = (await client.createTenant({ externalId: 'acme', name: 'Acme Corporation' })).id;
  await client.createEndpoint('acme', {
    url: receiver.url('/down'),
    eventTypes: ['invoice.paid'],
    retry: { scheduleSeconds: [3_600] },
  });
  receiver.respondWith({ status: 503 });
  const event = await client.emit('acme');
  const [delivery] = await client.waitForDeliveriesOf(event.id);
  waitingId = delivery!.id;
  await waitFor(async () => (await client.attempts(waitingId)).length === 1, { what: 'its first attempt' });
  receiver.respondWith({ status: 200 });
});

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

afterAll(async () => {
  await browser?.close();
  await posthorn?.close();
  await receiver?.close();
  await host?.close();
});

/** A page of the console, for somebody who has signed in before; '': none yet. */
async function open(path: string, options: { key?: string; width?: number } = {}): Promise<Page> {
  const { page, context } = await visit(browser, options);
  contexts.push(context);
  const { key = ADMIN_KEY } = options;
  await context.request.post(`${posthorn.url}/v1/console/session`, {
    data: { key },
    headers: { 'x-posthorn-console': '1' },
  });
  if (path !== '') await page.goto(`${posthorn.url}/console${path}`);
  return page;
}

/** Everything but who is signed in. */
const data = (url: URL) => url.pathname.startsWith('/v1/') && !url.pathname.endsWith('/session');
const unavailable = (route: Route) =>
  route.fulfill({
    status: 503,
    contentType: 'application/problem+json',
    body: JSON.stringify({ code: 'database_unavailable', detail: 'The database cannot be reached.' }),
  });

describe('while Posthorn does not answer', () => {
  it('keeps what is on the screen, says that it is old, and catches up', { timeout: 60_000 }, async () => {
    const page = await open(`/deliveries/${waitingId}`);
    await page.getByText(/: attempt 2 of 2/).waitFor();
    await page.route(data, unavailable);
    await page.getByText('This is not up to date').waitFor();
    await page.getByText(/: attempt 2 of 2/).waitFor();
    await page.unroute(data);
    await page.getByText('This is not up to date').waitFor({ state: 'detached' });
  });

  it('keeps the rows of a list as well', { timeout: 60_000 }, async () => {
    const page = await open('/deliveries');
    const rows = page.getByRole('table', { name: 'Deliveries' }).getByRole('row');
    await rows.nth(1).waitFor();
    await page.route(data, unavailable);
    await page.getByText('This is not up to date').waitFor();
    await rows.nth(1).waitFor();
    await page.unroute(data);
    await page.getByText('This is not up to date').waitFor({ state: 'detached' });
  });

  it('says what went wrong, and trying again helps once it is mended', { timeout: 60_000 }, async () => {
    const page = await open('');
    await page.route(data, unavailable);
    await page.goto(`${posthorn.url}/console/tenants`);
    await page.getByText('The database cannot be reached.').waitFor();
    await page.unroute(data);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'Acme Corporation' }).waitFor();
  });

  it('names a proxy’s own answer as such', { timeout: 60_000 }, async () => {
    const page = await open('');
    await page.route(data, (route) =>
      route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }),
    );
    await page.goto(`${posthorn.url}/console/tenants`);
    await page.getByText('something before it did, with 502').waitFor();
  });

  it(
    'a network that is gone takes no page away, and nothing loads for ever',
    { timeout: 60_000 },
    async () => {
      const page = await open('/deliveries');
      await page.getByRole('table', { name: 'Deliveries' }).waitFor();
      await page.context().setOffline(true);
      await page.getByRole('combobox', { name: 'Status', exact: true }).click();
      await page.getByRole('option', { name: 'failed' }).click();
      await page.getByText('Posthorn cannot be reached').waitFor();
      // A page whose file has not been loaded yet.
      await page.getByRole('link', { name: 'Event types' }).click();
      await page.getByText('This page could not be loaded').waitFor();
      await page.context().setOffline(false);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { level: 1, name: 'Event types' }).waitFor();
    },
  );
});

describe('what is not there', () => {
  it.each([
    ['delivery', `/deliveries/dlv_${NOBODY}`, 'Deliveries'],
    ['replay', `/replays/rpl_${NOBODY}`, 'Replays'],
    ['broadcast', `/broadcasts/bct_${NOBODY}`, 'Broadcasts'],
    ['tenant', '/tenants/nobody', 'Tenants'],
    ['endpoint', `/tenants/acme/endpoints/ep_${NOBODY}`, 'Tenant', 'Acme Corporation'],
    ['event type', '/event-types/no.such', 'Event types'],
  ])('%s: not found, with a way back and nothing to try again', async (_, path, back, to = back) => {
    const page = await open(path);
    await page.getByRole('heading', { level: 1, name: 'Not found' }).waitFor();
    await page.getByText('Look at the address').waitFor();
    expect(await page.title()).toBe('Not found · Posthorn');
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await page.locator('main').getByRole('link', { name: back }).click();
    await page.getByRole('heading', { level: 1, name: to }).waitFor();
  });
});

describe('who may not', () => {
  it('is told of rights, and offered nothing that would be refused', async () => {
    const { key } = await posthorn.client.createApiKey('support');
    const page = await open('/api-keys', { key });
    await page.getByText('It takes more rights').waitFor();
    expect(await page.getByRole('button', { name: /New key|Try again/ }).count()).toBe(0);
  });

  it('with a key of one tenant begins with its deliveries', async () => {
    const { body } = await posthorn.client.request<{ key: string }>('POST', '/v1/api-keys', {
      ...{ name: 'Acme’s own', role: 'support', tenantId: 'acme' },
    });
    const { page, context } = await visit(browser);
    contexts.push(context);
    await page.goto(`${posthorn.url}/console/`);
    await page.getByLabel('API key').fill(body.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    expect(await page.getByRole('link', { name: /Overview|Broadcasts/ }).count()).toBe(0);
  });

  it('any more, signs in again and is back where they were', async () => {
    const page = await open('/deliveries?status=pending');
    await page.getByRole('table', { name: 'Deliveries' }).waitFor();
    await page.context().clearCookies();
    await page.getByText('Your session has ended').waitFor();
    await page.getByLabel('API key').fill(ADMIN_KEY);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('table', { name: 'Deliveries' }).waitFor();
    expect(page.url()).toContain('status=pending');
  });
});

describe('the keyboard', () => {
  it('goes on in the new page, not at the top of the document', async () => {
    const page = await open('/deliveries');
    await page.locator('.row-link').first().focus();
    await page.keyboard.press('Enter');
    await page.getByText('What happened').waitFor();
    await page.keyboard.press('Tab');
    const focused = page.locator('main :focus');
    expect(await focused.textContent()).toBe('Deliveries');
  });
});

describe.each([
  { width: 1_280, scheme: 'light' },
  { width: 390, scheme: 'dark' },
] as const)('at $width pixels, $scheme', ({ width, scheme }) => {
  it('asks before what cannot be taken back, in words that can be read', async () => {
    const page = await open(`/tenants/${tenantId}`, { width });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete tenant' }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
  });

  it('cuts off nothing that can be pressed', async () => {
    const page = await open('', { width });
    await posthorn.client.request('POST', '/v1/broadcasts', {
      ...{ type: 'terms.of.service.changed', data: {}, tenants: ['acme'] },
    });
    for (const path of ['/api-keys', '/broadcasts', '/tenants', '/replays', '/audit-log', '/deliveries']) {
      await page.goto(`${posthorn.url}/console${path}`);
      await page.locator('.table-wrap tbody tr, .empty').first().waitFor();
      const hidden = await page
        .locator('.table-wrap')
        .evaluateAll((wraps) =>
          (wraps as unknown as Sized[]).map((wrap) => wrap.scrollWidth - wrap.clientWidth),
        );
      expect([path, Math.max(0, ...hidden)]).toEqual([path, 0]);
    }
  });
});

describe('a replay that runs', () => {
  it('shows how far it is and how long it will take, and is canceled', { timeout: 60_000 }, async () => {
    await posthorn.client.createTenant({ externalId: 'slow' });
    await posthorn.client.createEndpoint('slow', { url: receiver.url('/slow') });
    await posthorn.client.emitBatch(
      'slow',
      Array.from({ length: 120 }, (_, index) => ({ type: 'invoice.paid', data: { index } })),
    );
    const filter = { tenant: 'slow', status: 'succeeded' };
    await waitFor(
      async () =>
        ((await posthorn.client.createReplay({ filter, dryRun: true })) as { count?: number }).count === 120,
      { what: '120 deliveries to replay' },
    );
    const { id } = await posthorn.client.createReplay({ filter, ratePerSecond: 1 });
    const page = await open(`/replays/${id}`, { width: 390 });
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.getByText(/^about .* left$/).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel replay' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel replay' }).click();
    await page.getByText('canceled', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel replay' }).first().waitFor({ state: 'detached' });
  });
});

describe('the portal in a frame', () => {
  const embedAt = async (url: string) => {
    const session = await posthorn.client.createPortalSession('acme');
    const link = session.url.replace(/^https?:\/\/[^/]+/, posthorn.url);
    host.respondWith({
      headers: { 'content-type': 'text/html' },
      body: `<iframe src="${link}" width="900" height="600"></iframe>`,
    });
    const { page, context } = await visit(browser);
    contexts.push(context);
    await page.goto(url);
    return page;
  };

  it('opens on the pages of a configured origin, under the host’s name', async () => {
    const page = await embedAt(host.url('/settings'));
    await page.frameLocator('iframe').getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor();
    const [, frame] = page.frames();
    expect(await frame!.title()).toBe('Endpoints · Example Billing');
  });

  it('opens on nobody else’s', async () => {
    const page = await embedAt(host.url('/settings').replace('127.0.0.1', 'localhost'));
    await waitFor(() => page.frames()[1]?.url().startsWith('chrome-error:'), {
      what: 'the frame to be refused',
    });
  });
});
