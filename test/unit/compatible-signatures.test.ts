/** Each profile against the library that its vendor publishes for receivers. */
import { randomBytes } from 'node:crypto';
import { verify } from '@octokit/webhooks-methods';
import Stripe from 'stripe';
import { Webhook } from 'svix';
import { describe, expect, it } from 'vitest';
import { prepare, prepareTarget } from '../../src/dispatcher/prepare.js';
import type { EndpointTarget, SignatureProfile } from '../../src/model/endpoint.js';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const current = newSecret();
const old = newSecret();
const nowMs = Date.now();

describe('signature profiles', () => {
  it('svix: its library verifies the message, with either live secret', () => {
    const { body, headers } = request('svix');
    for (const secret of [current, old]) {
      const svixOnly = Object.fromEntries(
        Object.entries(headers).filter(([name]) => name.startsWith('svix-')),
      );
      expect(new Webhook(secret).verify(body, svixOnly)).toMatchObject({ type: 'invoice.paid' });
      expect(() => new Webhook(secret).verify(`${body} `, svixOnly)).toThrow();
    }
  });

  it('stripe: its library makes an event of it, with either live secret', () => {
    const { body, headers } = request('stripe');
    const header = headers['stripe-signature']!;
    for (const secret of [current, old]) {
      expect(Stripe.webhooks.constructEvent(body, header, secret)).toMatchObject({ type: 'invoice.paid' });
      expect(() => Stripe.webhooks.constructEvent(`${body} `, header, secret)).toThrow();
    }
    expect(() => Stripe.webhooks.constructEvent(body, header, newSecret())).toThrow();
  });

  it('github: its library verifies the body, with the current secret', async () => {
    const { body, headers } = request('github');
    const header = headers['x-hub-signature-256']!;
    expect(await verify(current, body, header)).toBe(true);
    expect(await verify(current, `${body} `, header)).toBe(false);
    expect(await verify(old, body, header)).toBe(false);
  });

  it('none: nothing but the headers of Standard Webhooks', () => {
    const names = Object.keys(request('none').headers).filter((name) => /signature|svix|hub/.test(name));
    expect(names).toEqual(['webhook-signature']);
  });

  it('lets nobody set such a header beside ours, in whatever case', () => {
    const { headers, names, loggedHeaders } = request('stripe', {
      'Stripe-Signature': 't=1,v1=00',
      'X-Own': 'kept',
    });
    expect(names.filter((name) => name.toLowerCase() === 'stripe-signature')).toEqual(['stripe-signature']);
    expect(headers['X-Own']).toBe('kept');
    expect(JSON.parse(loggedHeaders)).toMatchObject({ 'X-Own': '•••' });
  });
});

function request(
  signatureProfile: SignatureProfile,
  custom: Record<string, string> = {},
): { body: string; headers: Record<string, string>; names: string[]; loggedHeaders: string } {
  const target: EndpointTarget = {
    endpointId: '0198c0de-0000-7000-8000-000000000002',
    tenantId: '0198c0de-0000-7000-8000-000000000001',
    version: '1',
    url: 'https://example.com/',
    headers: custom,
    bodyFormat: 'standard',
    payload: 'full',
    method: 'POST',
    signing: 'hmac',
    signatureProfile,
    auth: null,
    transformation: null,
    tls: null,
    secrets: [
      { secret: current, expiresAtMs: Infinity },
      { secret: old, expiresAtMs: nowMs + 60_000 },
      { secret: newSecret(), expiresAtMs: nowMs - 1 },
    ],
    retry: { scheduleSeconds: [] },
    timeoutMs: 1_000,
    maxInFlight: 1,
  };
  const delivery = {
    deliveryId: '0198c0de-0000-7000-8000-000000000003',
    eventId: '0198c0de-0000-7000-8000-000000000004',
    epoch: 1,
    tenantId: target.tenantId,
    endpointId: target.endpointId,
    attemptCount: 0,
    scheduleAttempts: 0,
    trigger: 'emit' as const,
    createdAt: new Date(nowMs),
    leaseEndsAt: Infinity,
    event: undefined,
    endpointVersion: '1',
    endpointDisabled: false,
    lane: { parked: false, circuit: 'closed' as const, governed: false, troubled: false },
  };
  const event = {
    type: 'invoice.paid',
    data: '{"n":12345678901234567890,"ü":"\\ud83d\\ude00"}',
    occurredAt: new Date(nowMs),
    tags: [],
    test: false,
    hops: 0,
    traceparent: null,
    expiresAt: null,
  };
  const { body, headers, loggedHeaders } = prepare(
    delivery,
    event,
    prepareTarget(target, { userAgent: 'Posthorn/test', publicUrl: '' }),
    nowMs,
  );
  const names = headers.filter((_, index) => index % 2 === 0);
  const byName = Object.fromEntries(names.map((name, index) => [name, headers[2 * index + 1]!]));
  return { body, headers: byName, names, loggedHeaders };
}
