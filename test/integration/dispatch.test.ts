/** The delivery path on both queue backends: what is emitted arrives, and what fails is retried as it should be. */
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toPublicId } from '../../src/model/id.js';
import { queueBackends } from '../support/backends.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

describe.each(queueBackends)('dispatch, queue on $name', (backend) => {
  let pipeline: Pipeline;
  let receiver: TestReceiver;
  let path = 0;

  beforeAll(async () => {
    pipeline = await startPipeline(backend);
    receiver = await startReceiver();
    await pipeline.startDispatcher();
  });
  afterAll(async () => {
    await pipeline.close();
    await receiver.close();
  });
  afterEach(async () => {
    await pipeline.query(`UPDATE endpoints SET deleted_at = now(), updated_at = clock_timestamp()`);
    await pipeline.query(`UPDATE tenants SET endpoints_version = endpoints_version + 1`);
  });

  function nextPath(): string {
    return `/${++path}`;
  }

  async function delivery(eventId: string, status?: string) {
    return waitFor(
      async () => {
        const [row] = await pipeline.query<Delivery>(`SELECT * FROM deliveries WHERE event_id = $1`, [
          eventId,
        ]);
        return row !== undefined && (status === undefined || row.status === status) && row;
      },
      { what: `delivery to be ${status ?? 'there'}`, timeoutMs: 15_000 },
    );
  }

  const attemptsOf = (eventId: string) =>
    pipeline.query<Attempt>(`SELECT * FROM attempts WHERE event_id = $1 ORDER BY id`, [eventId]);

  it('delivers an event, signed, byte for byte', async () => {
    const at = nextPath();
    await pipeline.addEndpoint({ url: receiver.url(at) });
    const data = '{"z":12345678901234567890, "a" : [1.10,"\\ud800","ü"],\t"z":null}';
    const eventId = await pipeline.emit('invoice.paid', data);
    const row = await delivery(eventId, 'succeeded');
    const [webhook] = receiver.requests.filter((request) => request.path === at);
    const body = webhook!.body.toString();
    expect(body.slice(body.indexOf('"data":') + 7, -1)).toBe(data);
    expect(webhook!.headers['webhook-id']).toBe(toPublicId('evt', eventId));
    expect(() => new Webhook(pipeline.secret).verify(body, webhook!.headers)).not.toThrow();
    expect(row).toMatchObject({
      attempt_count: 1,
      leased: false,
      last_status_code: 200,
      last_error_code: null,
    });
  });

  it('logs an attempt with request, answer and timings', async () => {
    const at = nextPath();
    receiver.respondWith({
      status: 200,
      headers: { 'x-answer': 'yes' },
      body: Buffer.from([0x6f, 0x6b, 0, 0xff]),
    });
    await pipeline.addEndpoint({ url: receiver.url(at) });
    const eventId = await pipeline.emit();
    await delivery(eventId, 'succeeded');
    receiver.respondWith({ status: 200 });
    const [attempt] = await attemptsOf(eventId);
    expect(attempt).toMatchObject({
      attempt_number: 1,
      trigger: 'emit',
      status_code: 200,
      error_code: null,
      url: receiver.url(at),
      remote_address: '127.0.0.1',
      response_body_truncated: false,
    });
    expect(attempt!.response_body).toEqual(Buffer.from([0x6f, 0x6b, 0, 0xff]));
    expect(attempt!.response_headers).toMatchObject({ 'x-answer': 'yes' });
    expect(attempt!.request_headers).toMatchObject({ 'webhook-id': toPublicId('evt', eventId) });
    expect(attempt!.timings).toHaveProperty('totalMs');
  });

  it('retries by the schedule until it succeeds, with the same webhook-id', async () => {
    const at = nextPath();
    let failures = 2;
    receiver.respondWith((webhook) =>
      webhook.path === at && failures-- > 0 ? { status: 503 } : { status: 200 },
    );
    await pipeline.addEndpoint({ url: receiver.url(at), retry: { scheduleSeconds: [1, 1] } });
    const eventId = await pipeline.emit();
    await delivery(eventId, 'succeeded');
    const attempts = await attemptsOf(eventId);
    expect(
      attempts.map((attempt) => [
        attempt.attempt_number,
        attempt.trigger,
        attempt.status_code,
        attempt.error_code,
      ]),
    ).toEqual([
      [1, 'emit', 503, 'http_server_error'],
      [2, 'retry', 503, 'http_server_error'],
      [3, 'retry', 200, null],
    ]);
    const ids = receiver.requests
      .filter((request) => request.path === at)
      .map((request) => request.headers['webhook-id']);
    expect(new Set(ids)).toEqual(new Set([toPublicId('evt', eventId)]));
  });

  it('gives up when the schedule is exhausted', async () => {
    const at = nextPath();
    receiver.respondWith((webhook) => ({ status: webhook.path === at ? 500 : 200 }));
    await pipeline.addEndpoint({ url: receiver.url(at), retry: { scheduleSeconds: [1] } });
    const eventId = await pipeline.emit();
    const row = await delivery(eventId, 'failed');
    expect(row).toMatchObject({
      attempt_count: 2,
      last_status_code: 500,
      last_error_code: 'http_server_error',
    });
    expect(row.completed_at).toBeInstanceOf(Date);
  });

  it('waits as long as Retry-After asks, and holds the whole endpoint back', async () => {
    const at = nextPath();
    let first = true;
    receiver.respondWith((webhook) => {
      if (webhook.path !== at || !first) return { status: 200 };
      first = false;
      return { status: 429, headers: { 'retry-after': '3' } };
    });
    await pipeline.addEndpoint({ url: receiver.url(at), retry: { scheduleSeconds: [1, 1] } });
    const limited = await pipeline.emit();
    await waitFor(async () => (await attemptsOf(limited)).length === 1, { what: 'the first attempt' });
    await waitFor(
      async () =>
        (await pipeline.query(`SELECT 1 FROM lanes WHERE parked_until > now() AND parked_until < 'infinity'`))
          .length > 0,
      { what: 'the lane to be parked' },
    );
    const other = await pipeline.emit();
    await delivery(limited, 'succeeded');
    await delivery(other, 'succeeded');
    const [refused, retried] = await attemptsOf(limited);
    const [held] = await attemptsOf(other);
    expect(refused!.error_code).toBe('rate_limited');
    expect(retried!.started_at.getTime() - refused!.started_at.getTime()).toBeGreaterThanOrEqual(2_900);
    expect(held!.started_at.getTime() - refused!.started_at.getTime()).toBeGreaterThanOrEqual(2_900);
  });

  it('disables the endpoint on 410, and keeps its deliveries pending', async () => {
    const at = nextPath();
    receiver.respondWith((webhook) => ({ status: webhook.path === at ? 410 : 200 }));
    const endpointId = await pipeline.addEndpoint({
      url: receiver.url(at),
      retry: { scheduleSeconds: [1, 1, 1] },
    });
    const eventId = await pipeline.emit();
    const endpoint = await waitFor(
      async () =>
        (await pipeline.query(`SELECT * FROM endpoints WHERE id = $1 AND disabled`, [endpointId]))[0],
      { what: 'the endpoint to be disabled' },
    );
    expect(endpoint).toMatchObject({ disabled_reason: 'gone' });
    const later = await pipeline.emit();
    await new Promise((resolve) => setTimeout(resolve, 2_000)); // the retry's time comes and goes
    expect(await delivery(eventId)).toMatchObject({ status: 'pending', attempt_count: 1 });
    expect(await delivery(later)).toMatchObject({ status: 'pending', attempt_count: 0 });
    expect(receiver.requests.filter((request) => request.path === at)).toHaveLength(1);
  });

  it.each([
    [
      'a redirect, which is not followed',
      { status: 302, headers: { location: '/elsewhere' } },
      302,
      'redirect_not_followed',
    ],
    ['a client error', { status: 404 }, 404, 'http_client_error'],
    ['a server that hangs, after the endpoint’s timeout', 'hang' as const, null, 'timeout'],
  ])('takes %s for a failure', async (_name, reaction, statusCode, errorCode) => {
    const at = nextPath();
    receiver.respondWith((webhook) => (webhook.path === at ? reaction : { status: 200 }));
    await pipeline.addEndpoint({ url: receiver.url(at), retry: { scheduleSeconds: [] }, timeoutMs: 1_000 });
    const eventId = await pipeline.emit();
    await delivery(eventId, 'failed');
    expect((await attemptsOf(eventId))[0]).toMatchObject({ status_code: statusCode, error_code: errorCode });
    expect(receiver.requests.some((request) => request.path === '/elsewhere')).toBe(false);
  });

  it('takes a refused connection for a failure', async () => {
    const gone = await startReceiver();
    const url = gone.url('/');
    await gone.close();
    await pipeline.addEndpoint({ url, retry: { scheduleSeconds: [] } });
    const eventId = await pipeline.emit();
    await delivery(eventId, 'failed');
    expect((await attemptsOf(eventId))[0]).toMatchObject({
      status_code: null,
      error_code: 'connection_refused',
    });
  });

  it('cancels what is owed to an endpoint that was deleted', async () => {
    const endpointId = await pipeline.addEndpoint({ url: receiver.url(nextPath()), disabled: true });
    const eventId = await pipeline.emit();
    await pipeline.query(
      `UPDATE endpoints SET deleted_at = now(), disabled = false, updated_at = clock_timestamp() WHERE id = $1`,
      [endpointId],
    );
    await pipeline.query(
      `UPDATE deliveries SET leased = true, due_at = now() + interval '1 min' WHERE event_id = $1`,
      [eventId],
    );
    const row = await delivery(eventId);
    pipeline.queue.enqueue([{ deliveryId: row.id, eventId, epoch: row.epoch }]);
    expect(await delivery(eventId, 'canceled')).toMatchObject({
      last_error_code: 'endpoint_deleted',
      attempt_count: 0,
    });
  });

  it('sets aside what it cannot read, and goes on with the rest of the batch', async () => {
    const at = nextPath();
    const endpointId = await pipeline.addEndpoint({ url: receiver.url(at), disabled: true });
    const events = [await pipeline.emit(), await pipeline.emit(), await pipeline.emit()];
    await pipeline.query(`DELETE FROM events WHERE id = $1`, [events[1]]);
    await pipeline.query(
      `UPDATE endpoints SET disabled = false, updated_at = clock_timestamp() WHERE id = $1`,
      [endpointId],
    );
    await pipeline.query(
      `UPDATE lanes SET parked_until = '-infinity', ready_at = now() WHERE endpoint_id = $1`,
      [endpointId],
    );
    await delivery(events[0]!, 'succeeded');
    await delivery(events[2]!, 'succeeded');
    expect(await delivery(events[1]!, 'failed')).toMatchObject({ last_error_code: 'event_missing' });
  });

  it('drops a stale reference before sending', async () => {
    const at = nextPath();
    await pipeline.addEndpoint({ url: receiver.url(at) });
    const eventId = await pipeline.emit();
    const row = await delivery(eventId, 'succeeded');
    pipeline.queue.enqueue([{ deliveryId: row.id, eventId, epoch: row.epoch }]);
    pipeline.queue.enqueue([{ deliveryId: row.id, eventId, epoch: row.epoch - 1 }]);
    await delivery(await pipeline.emit(), 'succeeded');
    expect(
      receiver.requests.filter((request) => request.headers['webhook-id'] === toPublicId('evt', eventId)),
    ).toHaveLength(1);
  });

  it('takes up again what was leased and lost', async () => {
    const at = nextPath();
    const endpointId = await pipeline.addEndpoint({ url: receiver.url(at), disabled: true });
    const eventId = await pipeline.emit();
    await pipeline.query(
      `UPDATE endpoints SET disabled = false, updated_at = clock_timestamp() WHERE id = $1`,
      [endpointId],
    );
    await pipeline.query(
      `UPDATE lanes SET parked_until = '-infinity', ready_at = 'infinity' WHERE endpoint_id = $1`,
      [endpointId],
    );
    // As a crash between commit and enqueue leaves it: leased, and no reference anywhere.
    await pipeline.query(
      `UPDATE deliveries SET leased = true, due_at = now() + interval '1 s' WHERE event_id = $1`,
      [eventId],
    );
    await delivery(eventId, 'succeeded');
    expect(await attemptsOf(eventId)).toHaveLength(1);
  });
});

interface Delivery {
  [column: string]: unknown;
  id: string;
  status: string;
  epoch: number;
}

interface Attempt {
  [column: string]: unknown;
  attempt_number: number;
  trigger: string;
  status_code: number | null;
  error_code: string | null;
  response_body: Buffer;
  started_at: Date;
}
