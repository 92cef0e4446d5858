import { once } from 'node:events';
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { createReceiver, type Received, type ReceiverOptions } from '../../dev/receiver-server.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_SECRET = 'whsec_YW5vdGhlciBzZWNyZXQgb2YgMzIgYnl0ZXMhIQ==';
const BODY = '{"type":"invoice.paid","data":{"amount":12345678901234567890}}';

describe('the receiver of npm run receiver', () => {
  let server: Server | undefined;
  let reports: Received[] = [];

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    reports = [];
  });

  async function start(options: Partial<ReceiverOptions> = {}): Promise<void> {
    server = createReceiver({
      secrets: [SECRET],
      otherwise: { kind: 'answer', status: 200 },
      report: (received) => reports.push(received),
      ...options,
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  }

  function send(path: string, { secret = SECRET, id = 'evt_1', timeoutMs = 5_000 } = {}): Promise<Response> {
    const at = new Date();
    return fetch(`http://127.0.0.1:${(server?.address() as AddressInfo).port}${path}`, {
      method: 'POST',
      body: BODY,
      redirect: 'manual',
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(secret).sign(id, at, BODY),
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
  }

  it('takes and reports what is signed with its secret, byte for byte', async () => {
    await start();
    expect((await send('/anything')).status).toBe(200);
    expect(reports).toMatchObject([{ verdict: 'verified', body: BODY, path: '/anything', status: 200 }]);
  });

  it('takes what is signed with any of its secrets, as during a rotation', async () => {
    await start({ secrets: [OTHER_SECRET, SECRET] });
    await send('/ok');
    expect(reports[0]?.verdict).toBe('verified');
  });

  it('refuses what another secret has signed, whatever the path promises', async () => {
    await start();
    expect((await send('/ok', { secret: OTHER_SECRET })).status).toBe(401);
    expect(reports[0]?.verdict).toBe('bad signature');
  });

  it('says that it verified nothing when it was given no secret', async () => {
    await start({ secrets: [] });
    expect((await send('/ok')).status).toBe(200);
    expect(reports[0]?.verdict).toBe('not verified');
  });

  it.each([
    ['/fail/418', 418, {}],
    ['/fail', 500, {}],
    ['/redirect', 302, { location: '/ok' }],
    ['/gone', 410, {}],
    ['/rate-limited', 429, { 'retry-after': '5' }],
    ['/slow/20', 200, {}],
  ])('behaves as the path %s says', async (path, status, headers) => {
    await start();
    const response = await send(path);
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
  });

  it('fails each webhook of a flaky path so many times, then takes it', async () => {
    await start();
    const statuses = [];
    for (const id of ['evt_1', 'evt_2', 'evt_1', 'evt_1', 'evt_2', 'evt_2']) {
      statuses.push((await send('/flaky/2', { id })).status);
    }
    expect(statuses).toEqual([503, 503, 503, 200, 503, 200]);
  });

  it('leaves a sender hanging', async () => {
    await start();
    await expect(send('/hang', { timeoutMs: 200 })).rejects.toThrow(/timeout/);
    expect(reports[0]?.status).toBeUndefined();
  });

  it('treats paths that say nothing as it was told', async () => {
    await start({ otherwise: { kind: 'answer', status: 503 } });
    expect((await send('/webhooks')).status).toBe(503);
    expect((await send('/ok')).status).toBe(200);
  });
});
