/** Somebody who has just started Posthorn signs in: the overview leads them to their first delivery, and then gets out of the way. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_KEY } from '../support/environment.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { openBrowser, seriousViolations, visit } from './console-browser.js';

let posthorn: TestPosthorn;
let receiver: TestReceiver;
let browser: Browser;

beforeAll(async () => {
  [posthorn, receiver, browser] = await Promise.all([startTestPosthorn(), startReceiver(), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await posthorn?.close();
  await receiver?.close();
});

it('is led from nothing to the first delivery', { timeout: 60_000 }, async () => {
  const { client, url } = posthorn;
  const { page } = await visit(browser);
  await page.goto(`${url}/console`);
  await page.getByLabel('API key').fill(ADMIN_KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();

  const steps = page
    .getByRole('listitem')
    .filter({ hasText: /Register a tenant|Add an endpoint|Send a test/ });
  await steps.first().waitFor();
  expect(await steps.count()).toBe(3);
  expect(await steps.filter({ hasText: 'done' }).count()).toBe(0);
  expect(await seriousViolations(page)).toEqual([]);

  await page.getByRole('link', { name: 'Register a tenant' }).click();
  await page.getByRole('button', { name: 'New tenant' }).first().waitFor();
  await client.createTenant({ externalId: 'acme', name: 'Acme' });
  await page.goto(`${url}/console`);
  await steps.filter({ hasText: 'done' }).waitFor();

  await page.getByRole('link', { name: 'its page' }).click();
  await page.getByRole('heading', { name: 'Acme' }).waitFor();
  await client.createEndpoint('acme', { url: receiver.url() });
  await page.goto(`${url}/console`);
  await steps.filter({ hasText: 'done' }).nth(1).waitFor();
  await page.getByText('/v1/tenants/acme/events').waitFor();

  const event = await client.emit('acme');
  await client.waitForDeliveriesOf(event.id);
  await page.goto(`${url}/console`);
  await page.getByText('No endpoint is in trouble').waitFor();
  expect(await page.getByText('First steps').count()).toBe(0);
});
