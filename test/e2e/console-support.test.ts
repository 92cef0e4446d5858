/** A support person at 3 a.m.: finds what failed, replays one, replays five hundred. In a real browser, with real deliveries. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { ADMIN_KEY } from '../support/environment.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';
import { openBrowser, seriousViolations, signIn, visit } from './console-browser.js';

let posthorn: TestPosthorn;
let receiver: TestReceiver;
let browser: Browser;
let supportKey: string;

/** One attempt, so that a failure is final at once. */
const ONCE = { retry: { scheduleSeconds: [] } };

beforeAll(async () => {
  [posthorn, receiver, browser] = await Promise.all([startTestPosthorn(), startReceiver(), openBrowser()]);
  supportKey = (await posthorn.client.createApiKey('support', 'Night shift')).key;
});

afterAll(async () => {
  await browser?.close();
  await posthorn?.close();
  await receiver?.close();
});

describe('a support person', () => {
  it('finds a failure by payload text and replays it', { timeout: 90_000 }, async () => {
    await posthorn.client.createTenant({ externalId: 'acme', name: 'Acme Corporation' });
    await posthorn.client.createEndpoint('acme', { url: receiver.url('/erp'), ...ONCE });
    receiver.respondWith({ status: 500, body: 'the ERP is down' });
    await posthorn.client.emit('acme', { data: { invoice: 'in_1', amount: 1 } });
    const event = await posthorn.client.emit('acme', { data: { invoice: 'in_4711', amount: 12_500 } });
    const [delivery] = await posthorn.client.waitForDeliveriesOf(event.id);
    await posthorn.client.waitForDelivery(delivery!.id, 'failed');
    receiver.respondWith({ status: 200 });

    const { page, faults } = await visit(browser);
    await signIn(page, posthorn.url, supportKey);
    await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
    const search = page.getByRole('textbox', { name: 'Payload contains' });
    await search.fill('IN_4711');
    await search.press('Enter');
    await page.waitForURL(/search=IN_4711/);
    const rows = page.getByRole('table', { name: 'Deliveries' }).getByRole('row');
    await waitFor(async () => (await rows.count()) === 2, { what: 'one row beneath the head' });
    await rows.getByRole('link').click();

    await page.getByText('the ERP is down').waitFor();
    await page.getByText('"in_4711"').waitFor();
    await page.getByText('Given up').waitFor();
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('Delivered', { exact: true }).waitFor();
    await page.getByRole('button', { name: /Attempt 2/ }).waitFor();
    expect((await posthorn.client.getDelivery(delivery!.id)).status).toBe('succeeded');
    expect(faults).toEqual([]);
  });

  it('replays five hundred by a filter and watches it end', { timeout: 120_000 }, async () => {
    await posthorn.client.createTenant({ externalId: 'umbrella', name: 'Umbrella' });
    // Nine failures each: with ten in a row the circuit would spare the endpoint, and they would wait instead.
    for (let index = 0; index < 56; index++) {
      await posthorn.client.createEndpoint('umbrella', { url: receiver.url(`/many/${index}`), ...ONCE });
    }
    receiver.respondWith({ status: 503 });
    await posthorn.client.emitBatch(
      'umbrella',
      Array.from({ length: 9 }, (_, index) => ({ type: 'invoice.paid', data: { index } })),
    );
    await waitFor(
      async () => {
        const { body } = await posthorn.client.request<{ count: number }>('POST', '/v1/replays', {
          filter: { tenant: 'umbrella', status: 'failed' },
          dryRun: true,
        });
        return body.count === 504;
      },
      { timeoutMs: 60_000, what: '504 failed deliveries' },
    );
    receiver.respondWith({ status: 200 });

    const { page, faults } = await visit(browser);
    await signIn(page, posthorn.url, supportKey);
    await page.goto(`${posthorn.url}/console/deliveries?tenant=umbrella&status=failed`);
    await page.getByRole('link', { name: /Replay these/ }).click();
    await page.getByText('504 deliveries').first().waitFor();
    await page.getByLabel('At most so many per second').fill('400');
    await page.getByRole('button', { name: 'Replay 504 deliveries' }).click();
    await page.getByRole('progressbar').waitFor();
    await page.getByText('completed', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText('504 succeeded').waitFor({ timeout: 60_000 });
    await page.getByText('Night shift').first().waitFor();
    expect(faults).toEqual([]);
  });
});

describe('among more tenants than anybody reads', () => {
  beforeAll(async () => {
    await posthorn.client.createTenant({ externalId: 'cus_4711', name: 'Globex Corporation' });
    for (let index = 0; index < 60; index++) {
      await posthorn.client.createTenant({ externalId: `crowd-${index}`, name: `Crowd ${index} GmbH` });
    }
  });

  it('one is found by a part of its name, by keyboard, and the link shows the same', async () => {
    const { page, faults } = await visit(browser);
    await signIn(page, posthorn.url, supportKey);
    await page.getByRole('link', { name: 'Tenants', exact: true }).click();
    const rows = page.getByRole('table', { name: 'Tenants' }).getByRole('row');
    await waitFor(async () => (await rows.count()) === 51, { what: 'a full page of tenants' });
    const search = page.getByRole('textbox', { name: 'Name, external id or id' });
    await search.fill('gloBEX');
    await search.press('Enter');
    await page.waitForURL(/search=gloBEX/);
    await waitFor(async () => (await rows.count()) === 2, { what: 'one row beneath the head' });
    await page.reload();
    await waitFor(async () => (await rows.count()) === 2, { what: 'one row, from the link' });
    expect(await search.inputValue()).toBe('gloBEX');
    expect(await seriousViolations(page)).toEqual([]);

    await search.fill('100% unknown_');
    await search.press('Enter');
    await page.getByText('No tenant fits').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show all tenants' }).click();
    await waitFor(async () => (await rows.count()) === 51, { what: 'all tenants again' });
    expect(await search.inputValue()).toBe('');

    await search.fill('CUS_4711');
    await search.press('Enter');
    await waitFor(async () => (await rows.count()) === 2, { what: 'one row for the external id' });
    await rows.getByRole('link').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Globex Corporation' }).waitFor();
    expect(faults).toEqual([]);
  });

  it.each([
    ['/deliveries', /tenant=ten_[0-9a-f]{32}/],
    ['/audit-log', /tenant=ten_[0-9a-f]{32}/],
  ])('one is chosen as a filter of %s, without its id', async (path, url) => {
    const { page, faults } = await visit(browser);
    await signIn(page, posthorn.url, ADMIN_KEY);
    await page.goto(`${posthorn.url}/console${path}`);
    const tenant = page.getByRole('combobox', { name: 'Tenant' });
    await tenant.fill('globex');
    await page.getByRole('option', { name: /Globex Corporation/ }).waitFor();
    expect(await page.getByRole('option').count()).toBe(1);
    await tenant.press('ArrowDown');
    await tenant.press('Enter');
    await page.waitForURL(url);
    await page.reload();
    await waitFor(async () => (await tenant.inputValue()) === 'Globex Corporation', {
      what: 'the name of the tenant that the link’s id is of',
    });
    await tenant.fill('nobody of this name');
    await page.getByText('No such tenant').waitFor();
    expect(faults).toEqual([]);
  });

  it('a link that names one by its externalId shows it', async () => {
    const { page } = await visit(browser);
    await signIn(page, posthorn.url, supportKey);
    await page.goto(`${posthorn.url}/console/deliveries?tenant=cus_4711`);
    const tenant = page.getByRole('combobox', { name: 'Tenant' });
    await waitFor(async () => (await tenant.inputValue()) === 'cus_4711', { what: 'the externalId' });
    await tenant.click();
    await page.getByRole('option', { name: /cus_4711/ }).waitFor();
    expect(await tenant.inputValue()).toBe('cus_4711');
  });

  it('one is chosen for a key', async () => {
    const { page } = await visit(browser);
    await signIn(page, posthorn.url, ADMIN_KEY);
    await page.goto(`${posthorn.url}/console/api-keys`);
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('of Globex');
    await page.getByRole('combobox', { name: 'Only for one tenant' }).fill('globex');
    await page.getByRole('option', { name: /Globex Corporation/ }).click();
    await page.getByRole('button', { name: 'Make key' }).click();
    await page.getByText('Copy it now').waitFor();
    const { body } = await posthorn.client.request<{ data: { name: string; tenantId: string }[] }>(
      'GET',
      '/v1/api-keys',
    );
    const { id } = (await posthorn.client.request<{ id: string }>('GET', '/v1/tenants/cus_4711')).body;
    expect(body.data.find(({ name }) => name === 'of Globex')?.tenantId).toBe(id);
  });
});

describe('a screen reader in the replay dialogue', () => {
  it('is told how many, once it is known, and not again for each digit of the rate', async () => {
    const { page } = await visit(browser);
    await signIn(page, posthorn.url, supportKey);
    // Answered at once: that it is still counting would rightly be told on a machine that is slow.
    await page.route('**/v1/replays', (route) => route.fulfill({ json: { count: 5_000 } }));
    await page.goto(`${posthorn.url}/console/replays?new=1&tenant=cus_4711&status=failed`);
    const dialog = page.getByRole('dialog');
    const told = dialog.getByRole('status');
    await told.getByText('5,000 deliveries will be sent again.').waitFor();
    // Noted in the page itself: what is said and gone again between two looks would be missed from here.
    await page.evaluate(`
      const told = document.querySelector('[role=dialog] [role=status]');
      globalThis.heard = [];
      new MutationObserver(() => heard.push(told.textContent))
        .observe(told, { subtree: true, childList: true, characterData: true });
    `);
    const rate = dialog.getByLabel('At most so many per second');
    for (const [text, time] of [
      ['1', /in about 83 min/],
      ['10', /in about 8 min/],
      ['100', /in about 50 s/],
    ] as const) {
      await rate.fill(text);
      await dialog.getByText(time).waitFor();
    }
    await page.waitForTimeout(1_500); // longer than what changed takes to settle, and be told
    await dialog.getByRole('textbox', { name: 'Event type' }).fill('no.such');
    await dialog.getByRole('textbox', { name: 'Event type' }).press('Enter');
    await page.waitForURL(/eventType=no.such/);
    await dialog.getByText(/^5,000 deliveries will be sent again, in about 50 s/).waitFor();
    await dialog.getByText('Recover what was missed').click();
    await told.getByText('Choose an endpoint and a time.').waitFor();
    expect(await page.evaluate('heard')).toEqual(['Choose an endpoint and a time.']);
  });
});

describe('an operator', () => {
  it('tells everybody who wants it, and sees whom', { timeout: 60_000 }, async () => {
    receiver.respondWith({ status: 200 });
    for (const name of ['wants-1', 'wants-2', 'wants-none']) {
      await posthorn.client.createTenant({ externalId: name });
      const eventTypes = [name === 'wants-none' ? 'never' : 'terms.changed'];
      await posthorn.client.createEndpoint(name, { url: receiver.url(`/${name}`), eventTypes });
    }
    await posthorn.client.createEventType({ name: 'terms.changed', example: { version: 7 } });

    const { page, faults } = await visit(browser);
    await signIn(page, posthorn.url, ADMIN_KEY);
    await page.getByRole('link', { name: 'Broadcasts' }).click();
    await page.getByRole('button', { name: 'New broadcast' }).click();
    await page.getByRole('combobox', { name: 'Event type' }).fill('terms.changed');
    await page.getByText('"version": 7').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Broadcast', exact: true }).click();
    await page.getByText('Tell everybody?').waitFor();
    await page.getByRole('button', { name: 'Broadcast', exact: true }).last().click();
    await page.getByText('completed', { exact: true }).waitFor({ timeout: 20_000 });
    await page.getByRole('link', { name: 'Show deliveries of this type since' }).click();
    const rows = page.getByRole('table', { name: 'Deliveries' }).getByRole('row');
    await waitFor(async () => (await rows.count()) >= 3, { what: 'two deliveries beneath the head' });
    await receiver.waitFor((request) => request.path === '/wants-2');
    expect(receiver.requests.filter(({ path }) => path === '/wants-none')).toEqual([]);
    expect(faults).toEqual([]);
  });
});
