/** A customer in the portal, in a real browser: sets up its own endpoint, and sees nobody else's. */
import type { Browser } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { openBrowser, visit } from './console-browser.js';

let posthorn: TestPosthorn;
let receiver: TestReceiver;
let browser: Browser;

beforeAll(async () => {
  const env = {
    PORTAL_NAME: 'Example Billing',
    PORTAL_COLOR: '#7a2048',
    PORTAL_FRAME_ANCESTORS: 'https://app.example.com',
  };
  [posthorn, receiver, browser] = await Promise.all([
    startTestPosthorn({ env }),
    startReceiver(),
    openBrowser(),
  ]);
  await posthorn.client.createTenant({ externalId: 'acme', name: 'Acme Corporation' });
  await posthorn.client.createTenant({ externalId: 'rival', name: 'Rival Inc.' });
  await posthorn.client.createEventType({
    name: 'invoice.paid',
    description: 'Paid in full.',
    example: { amount: 5 },
  });
});

afterAll(async () => {
  await browser?.close();
  await posthorn?.close();
  await receiver?.close();
});

const linkFor = async (tenant: string, options: object = {}) =>
  (await posthorn.client.createPortalSession(tenant, options)).url.replace(/^https?:\/\/[^/]+/, posthorn.url);

describe('a customer', () => {
  it(
    'registers an endpoint, sends a test, rotates the secret and sees a signed delivery',
    { timeout: 90_000 },
    async () => {
      const { page, faults } = await visit(browser);
      await page.goto(await linkFor('acme'));
      await page.getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor();
      expect(page.url()).not.toContain('token');
      await page.getByText('Example Billing').last().waitFor();

      await page.getByRole('button', { name: 'Add endpoint' }).first().click();
      const form = page.getByRole('dialog');
      await form.getByLabel('URL').fill('not a url');
      await form.getByText('Write a whole URL').waitFor();
      await form.getByLabel('URL').fill(receiver.url('/hooks'));
      await form.getByRole('button', { name: 'Add endpoint' }).click();
      await page.getByRole('heading', { level: 1, name: /\/hooks/ }).waitFor();

      await page.getByRole('button', { name: 'Rotate' }).click();
      await page.getByRole('button', { name: 'Rotate secret' }).click();
      const secret = (await page
        .locator('code', { hasText: /^whsec_[A-Za-z0-9+/=]{20,}$/ })
        .first()
        .textContent())!;

      await page.getByRole('button', { name: 'Send test' }).click();
      await page.getByRole('button', { name: 'Send test event' }).click();
      await page.getByText('Delivered', { exact: true }).waitFor();
      const [webhook] = await receiver.waitFor(1);
      expect(() => new Webhook(secret).verify(webhook!.body, webhook!.headers)).not.toThrow();
      // Both secrets sign while the old one is going.
      expect(webhook!.headers['webhook-signature']!.split(' ')).toHaveLength(2);

      await page.getByRole('link', { name: 'Verify signatures' }).click();
      await page.getByLabel('Secret').fill(secret);
      await page.getByLabel('webhook-id').fill(webhook!.headers['webhook-id']!);
      await page.getByLabel('webhook-timestamp').fill(webhook!.headers['webhook-timestamp']!);
      await page.getByLabel('webhook-signature').fill(webhook!.headers['webhook-signature']!);
      await page.getByLabel('Body, as it came').fill(webhook!.body.toString());
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByText('Good: it came from us').waitFor();
      await page.getByLabel('Body, as it came').fill(`${webhook!.body.toString()} `);
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByText('No signature fits').waitFor();
      expect(faults).toEqual([]);
    },
  );

  it('cannot see another tenant, whatever it types', async () => {
    const endpoint = await posthorn.client.createEndpoint('rival', { url: receiver.url('/secret-of-rival') });
    const event = await posthorn.client.emit('rival', { data: { secret: 'of-rival' } });
    const [delivery] = await posthorn.client.waitForDeliveriesOf(event.id);
    const { page } = await visit(browser);
    await page.goto(await linkFor('acme'));
    await page.getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor();
    for (const path of [`/deliveries/${delivery!.id}`, `/endpoints/${endpoint.id}`]) {
      await page.goto(`${posthorn.url}/console/portal${path}`);
      await page.getByRole('alert').waitFor();
      expect(await page.content()).not.toContain('of-rival');
    }
    await page.goto(`${posthorn.url}/console/portal/deliveries?endpoint=${endpoint.id}`);
    await page
      .getByText(/No delivery fits|no such/i)
      .first()
      .waitFor();
    await page.goto(`${posthorn.url}/console`);
    await page.getByLabel('API key').waitFor();
  });

  it('sees who listens on a machine of its own, and how to', async () => {
    const link = await posthorn.client.createPortalSession('acme', { rights: 'manage' });
    const opened = await posthorn.client
      .as(link.token)
      .request<{ endpointId: string }>('POST', '/v1/tenants/acme/listeners', { eventTypes: ['invoice.*'] });
    const { page, faults } = await visit(browser);
    await page.goto(link.url.replace(/^https?:\/\/[^/]+/, posthorn.url));
    const listeners = page.getByRole('table', { name: 'Listeners' });
    await listeners.getByText('Acme Corporation, in the portal').waitFor();
    await listeners.getByText('invoice.*').waitFor();
    await page.getByRole('table', { name: 'Endpoints' }).getByText('Temporary listener').waitFor();
    await page.getByText(`export POSTHORN_URL=${posthorn.url}`).waitFor();
    expect(await page.content()).not.toContain(link.token);
    await listeners.getByRole('link').click();
    await page.getByText(/fetches what is sent here/).waitFor();
    expect(page.url()).toContain(opened.body.endpointId);
    await posthorn.client.deleteEndpoint('acme', opened.body.endpointId);
    expect(faults).toEqual([]);
  });

  it('with a link that only reads is offered nothing to change', async () => {
    const { page } = await visit(browser);
    await page.goto(await linkFor('acme', { rights: 'read' }));
    await page.getByText('read only').waitFor();
    expect(await page.getByRole('button', { name: 'Add endpoint' }).count()).toBe(0);
  });

  it('is told what to do when the link has expired', async () => {
    const { page } = await visit(browser);
    await page.goto(`${posthorn.url}/console/portal#token=eyJhbGciOiJIUzI1NiJ9.e30.bm8`);
    await page.getByText('This link has expired').waitFor();
  });
});
