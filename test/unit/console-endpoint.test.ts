/** What the console says of retries and of what comes next; and that its curl command signs as Posthorn does. */
import { execFileSync } from 'node:child_process';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import type { DeliveryDetails, Endpoint } from '../../console/src/api/types.js';
import { curlOf } from '../../console/src/deliveries/curl.js';
import { nextStep } from '../../console/src/deliveries/next-step.js';
import {
  defaultRetry as retryInConsole,
  pausesOf,
  readPauses,
  retryDraftOf,
  retryOf,
  retryWords,
} from '../../console/src/endpoints/retry.js';
import { defaultRetry } from '../../src/model/retry-schedule.js';

describe('a retry schedule', () => {
  it('has the server’s default', () => {
    expect(retryInConsole).toEqual(defaultRetry);
    expect(retryDraftOf(defaultRetry)).toEqual({ kind: 'default' });
  });

  it('is read as people write it', () => {
    expect(readPauses('5s, 5m 30min;2h, 1d')).toEqual([5, 300, 1_800, 7_200, 86_400]);
    expect(() => readPauses('5s, soon')).toThrow('“soon” is no pause');
    expect(readPauses('')).toEqual([]);
  });

  it('comes back from the form as it went in', () => {
    for (const retry of [{ scheduleSeconds: [5, 90, 7_200] }, { ...defaultRetry, maxAttempts: 3 }]) {
      expect(retryOf(retryDraftOf(retry))).toEqual(retry);
    }
  });

  it('is told in words', () => {
    expect(retryWords({ scheduleSeconds: [] })).toBe('one attempt only');
    expect(retryWords({ scheduleSeconds: [30, 300] })).toBe('3 attempts within 6 min: after 30 s, 5 min');
    expect(pausesOf({ baseSeconds: 10, factor: 2, maxSeconds: 30, maxAttempts: 4 })).toEqual([10, 20, 30]);
  });
});

const delivery = {
  status: 'pending',
  dueAt: new Date(240_000).toISOString(),
  attemptCount: 4,
  scheduleAttempts: 4,
  maxAttempts: 12,
  lastErrorCode: null,
} as DeliveryDetails;
const endpoint = {
  id: 'ep_1',
  tenantId: 'ten_1',
  url: 'https://example.com/it’s?a=1&b=$HOME',
  method: 'POST',
  bodyFormat: 'standard',
  payload: 'full',
  signing: 'hmac',
  signatureProfile: 'none',
  ordering: 'none',
  onFailure: 'skip',
  auth: null,
  headers: { 'x-api-key': '•••' },
  disabled: false,
  circuit: { state: 'closed', nextProbeAt: null },
} as unknown as Endpoint;

describe('what comes next', () => {
  const at = (
    changes: Partial<DeliveryDetails>,
    of: Partial<Endpoint> = {},
    expiresAt: string | null = null,
  ) => nextStep({ ...delivery, ...changes }, { ...endpoint, ...of }, { deliverAt: null, expiresAt }, 0);

  it('is the next attempt, of so many, and when', () => {
    expect(at({}).title).toBe('In 4 min: attempt 5 of 12');
    expect(at({ attemptCount: 9 }).title).toBe('In 4 min: attempt 5 of 12 since the replay');
  });

  it('waits its turn in a strict order', () => {
    expect(at({ dueAt: new Date(0).toISOString() }, { ordering: 'strict' }).title).toMatch(
      /^Waiting its turn/,
    );
  });

  it('says why it ended: the schedule, its age, or that it was set aside', () => {
    expect(at({ status: 'failed', scheduleAttempts: 12 }).more).toMatch(/^Its schedule is used up/);
    expect(at({ status: 'failed' }, {}, new Date(1).toISOString()).more).toMatch(/expired/);
    expect(at({ status: 'failed', lastErrorCode: 'record_failed' }).more).toMatch(/could not be recorded/);
  });
});

describe('the curl command', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';
  const event = {
    id: 'evt_1',
    tenantId: 'ten_1',
    type: 'invoice.paid',
    occurredAt: '2026-11-21T10:00:00.000Z',
    dataText: `{"text":"it's \\"quoted\\" $HOME \`id\` é", "big":9007199254740993}`,
  } as Parameters<typeof curlOf>[1];

  /** Run by a shell in which curl only says what it was given. */
  function run(of: Partial<Endpoint>): { args: string[]; headers: Record<string, string>; body: string } {
    const command = curlOf({ ...endpoint, ...of }, event, undefined, 'https://hooks.example.com');
    const script = `curl() { printf '%s\\0' "$@"; }\n${command.replace('whsec_…', secret)}`;
    const args = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
    const given = args.flatMap((arg, index) => (args[index - 1] === '-H' ? [arg] : []));
    const headers = Object.fromEntries(
      given.map((header) => header.split(/: (.*)/).slice(0, 2) as [string, string]),
    );
    return { args, headers, body: args.at(-1)! };
  }

  it('signs so that the published library believes it, whatever is in the payload', () => {
    const { args, headers, body } = run({ method: 'PUT' });
    expect(args.slice(0, 4)).toEqual(['-i', '-X', 'PUT', endpoint.url]);
    expect(body).toBe(`{"type":"invoice.paid","timestamp":"${event.occurredAt}","data":${event.dataText}}`);
    expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
  });

  it('signs for Stripe’s library as well, where the endpoint asks for it', () => {
    const { headers, body } = run({ signatureProfile: 'stripe' });
    const stripe = new Stripe('sk_test_1');
    expect(() => stripe.webhooks.constructEvent(body, headers['stripe-signature']!, secret)).not.toThrow();
  });

  it('sends a thin payload as one', () => {
    expect(JSON.parse(run({ payload: 'thin', bodyFormat: 'raw' }).body)).toEqual({
      id: 'evt_1',
      tenantId: 'ten_1',
      href: 'https://hooks.example.com/v1/tenants/ten_1/events/evt_1',
    });
  });
});
