/** Every page of both faces: opens, breaks no rule of its own policy, has nothing that axe calls serious, fits a phone. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { ADMIN_KEY } from '../support/environment.js';
import { waitFor } from '../support/wait-for.js';
import { openBrowser, seriousViolations, signIn, visit } from './console-browser.js';

const HOSTILE = '<img src=x onerror=alert(1)></script><script>alert(2)</script>';
/** What the first visit may load of scripts, compressed. */
const SCRIPT_BYTES_MAX = 300 * 1_024;

let posthorn: TestPosthorn;
let receiver: TestReceiver;
let browser: Browser;
let staffPaths: string[];
let portalPaths: string[];
let portalLink: string;

beforeAll(async () => {
  [posthorn, receiver, browser] = await Promise.all([
    startTestPosthorn({ env: { PUBLIC_CATALOG: 'true' } }),
    startReceiver(),
    openBrowser(),
  ]);
  const { client } = posthorn;
  receiver.respondWith({
    status: 500,
    headers: { 'content-type': 'text/html', 'x-hostile': HOSTILE },
    body: Buffer.concat([Buffer.from(HOSTILE), Buffer.from([0, 0xff, 0xfe])]),
  });
  const tenant = await client.createTenant({ externalId: 'acme', name: HOSTILE });
  await client.createEventType({
    name: 'invoice.paid',
    description: HOSTILE,
    schema: { type: 'object', properties: { [HOSTILE]: { type: 'string', description: HOSTILE } } },
    example: { [HOSTILE]: HOSTILE },
  });
  const endpoint = await client.createEndpoint('acme', {
    url: receiver.url('/hooks'),
    description: HOSTILE,
    retry: { scheduleSeconds: [] },
  });
  const event = await client.emit('acme', { data: { [HOSTILE]: HOSTILE, big: 1 } });
  const [delivery] = await client.waitForDeliveriesOf(event.id);
  await client.waitForDelivery(delivery!.id, 'failed');
  const replay = await client.createReplay({ filter: { tenant: 'acme', status: 'failed' } });
  const broadcast = await client.request<{ id: string }>('POST', '/v1/broadcasts', {
    ...{ type: 'terms.changed', data: {}, tags: [HOSTILE], tenants: 'all' },
  });
  staffPaths = [
    '/',
    '/?window=1h',
    '/deliveries',
    `/deliveries?search=${encodeURIComponent(HOSTILE.slice(0, 20))}`,
    `/deliveries/${delivery!.id}`,
    '/replays',
    '/replays?status=failed&new=1',
    `/replays/${replay.id}`,
    '/broadcasts',
    `/broadcasts/${broadcast.body.id}`,
    '/tenants',
    `/tenants/${tenant.id}`,
    `/tenants/${tenant.id}/endpoints/${endpoint.id}`,
    '/endpoints',
    '/event-types',
    '/event-types/invoice.paid',
    '/api-keys',
    '/audit-log',
  ];
  portalPaths = [
    '/',
    `/endpoints/${endpoint.id}`,
    '/deliveries',
    `/deliveries/${delivery!.id}`,
    '/replays',
    '/event-types',
    '/event-types/invoice.paid',
    '/verify',
  ];
  const { token } = await client.createPortalSession('acme');
  portalLink = `${posthorn.url}/console/portal#token=${token}`;
});

afterAll(async () => {
  await browser?.close();
  await posthorn?.close();
  await receiver?.close();
});

/** Opened and settled: its heading is there, and nothing of it is still loading. */
async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  const loading = page.getByRole('status', { name: 'Loading' });
  await waitFor(async () => (await loading.count()) === 0, {
    timeoutMs: 20_000,
    what: `${url} to have loaded`,
  });
}

const sidewaysPixels = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

describe.each([
  { width: 1_280, scheme: 'light' },
  { width: 390, scheme: 'dark' },
] as const)('at $width pixels, $scheme', ({ width, scheme }) => {
  it('every page of the staff is accessible, and hostile data is text', { timeout: 180_000 }, async () => {
    const { page, faults } = await visit(browser, { width });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.goto(`${posthorn.url}/console`);
    await page.getByLabel('API key').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await signIn(page, posthorn.url, ADMIN_KEY);
    for (const path of staffPaths) {
      await open(page, `${posthorn.url}/console${path}`);
      expect([path, await seriousViolations(page)]).toEqual([path, []]);
      expect([path, await sidewaysPixels(page)]).toEqual([path, 0]);
    }
    expect(faults).toEqual([]);
  });

  it('every page of the portal is accessible, and hostile data is text', { timeout: 120_000 }, async () => {
    const { page, faults } = await visit(browser, { width });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.goto(portalLink);
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const path of portalPaths) {
      await open(page, `${posthorn.url}/console/portal${path}`);
      expect([path, await seriousViolations(page)]).toEqual([path, []]);
      expect([path, await sidewaysPixels(page)]).toEqual([path, 0]);
    }
    expect(faults).toEqual([]);
  });

  it('the public catalog needs no key, is accessible, and hostile data is text', async () => {
    const { page, faults } = await visit(browser, { width });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    for (const path of ['', '/invoice.paid']) {
      await open(page, `${posthorn.url}/console/catalog${path}`);
      await page.getByText(HOSTILE).first().waitFor();
      expect([path, await seriousViolations(page)]).toEqual([path, []]);
      expect([path, await sidewaysPixels(page)]).toEqual([path, 0]);
    }
    expect(faults).toEqual([]);
  });

  it('the endpoint’s form is accessible with every section open, and tries things out', async () => {
    const { page, faults } = await visit(browser, { width });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.goto(portalLink);
    await page.getByRole('button', { name: 'Add endpoint' }).first().click();
    const form = page.getByRole('dialog');
    for (const section of [
      /^What is sent/,
      /^Transformation/,
      /^Signature/,
      /^Authentication/,
      /^TLS/,
      /^Order, pace/,
      /^Filter/,
    ]) {
      await form.getByRole('button', { name: section }).click();
    }
    const filter = form.getByRole('textbox', { name: 'Filter' });
    const tryIt = form.getByRole('button', { name: 'Try filter' });
    await filter.fill('{"data":{"amount":{"$gte":100}}}');
    await tryIt.click();
    await form.getByText('It matches: this event would be sent.').waitFor();
    await filter.fill('{"data":{"amount":{"$gte":1000}}}');
    await tryIt.click();
    await form.getByText('It does not match').waitFor();
    await filter.fill('{"data":{"amount":{"$about":1}}}');
    await tryIt.click();
    await form.getByText('filter.data.amount').waitFor();
    const transformation = form.getByRole('textbox', { name: 'Transformation' });
    const tryTransformation = form.getByRole('button', { name: 'Try transformation' });
    await transformation.fill('{ "text": "Paid: " & data.amount }');
    await tryTransformation.click();
    await form.getByText('"text": "Paid: 125"').waitFor();
    await transformation.fill('{ "text": ');
    await tryTransformation.click();
    await form.getByText(/^JSONata S0/).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    expect(faults).toEqual([]);
  });
});

it('loads less than 300 kB of script before the first page is there', async () => {
  const { page } = await visit(browser);
  let bytes = 0;
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) bytes += Number(response.headers()['content-length'] ?? 0);
  });
  await signIn(page, posthorn.url, ADMIN_KEY);
  await page.waitForLoadState('networkidle').catch(() => undefined);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(SCRIPT_BYTES_MAX);
});

it('walks the deliveries by keyboard alone', async () => {
  const { page } = await visit(browser);
  await signIn(page, posthorn.url, ADMIN_KEY);
  await open(page, `${posthorn.url}/console/deliveries`);
  await page.locator('.row-link').first().focus();
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.getByText('What happened').waitFor();
});
