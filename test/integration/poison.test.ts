/** One thing that is broken never keeps what is well: the batch around it goes on, and it is set aside with a reason. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { queueBackends } from '../support/backends.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { startReceiver, type TestReceiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

describe.each(queueBackends)('a poison delivery, queue on $name', (backend) => {
  let pipeline: Pipeline;
  let receiver: TestReceiver;

  beforeAll(async () => {
    pipeline = await startPipeline(backend);
    receiver = await startReceiver();
    await pipeline.startDispatcher();
  });
  afterAll(async () => {
    await pipeline.close();
    await receiver.close();
  });
  beforeEach(async () => {
    await pipeline.query(`UPDATE endpoints SET deleted_at = now(), updated_at = clock_timestamp()`);
    await pipeline.query(`UPDATE tenants SET endpoints_version = endpoints_version + 1`);
  });

  async function ended(eventId: string, status: string) {
    return waitFor(
      async () => {
        const [row] = await pipeline.query(
          `SELECT d.id, d.status, d.last_error_code, d.attempt_count FROM deliveries d WHERE d.event_id = $1`,
          [eventId],
        );
        return row?.['status'] === status && row;
      },
      { what: `the delivery to be ${status}`, timeoutMs: 20_000 },
    );
  }

  it('whose record cannot be written is set aside, and those recorded with it are recorded', async () => {
    await pipeline.query(
      `ALTER TABLE attempts ADD CONSTRAINT poison CHECK (remote_address IS NULL OR url NOT LIKE '%/unrecordable')`,
    );
    await pipeline.addEndpoint({ url: receiver.url('/unrecordable'), eventTypes: ['bad'] });
    await pipeline.addEndpoint({ url: receiver.url('/fine'), eventTypes: ['good'] });
    const [bad, ...good] = await Promise.all([
      pipeline.emit('bad'),
      ...Array.from({ length: 20 }, () => pipeline.emit('good')),
    ]);
    expect(await ended(bad, 'failed')).toMatchObject({ last_error_code: 'record_failed' });
    for (const eventId of good) await ended(eventId, 'succeeded');
    await pipeline.query(`ALTER TABLE attempts DROP CONSTRAINT poison`);
  });

  it('whose answer cannot be written is recorded without it', async () => {
    await pipeline.query(
      `ALTER TABLE attempts ADD CONSTRAINT poison CHECK (response_body IS NULL OR response_body <> 'unspeakable'::bytea)`,
    );
    receiver.respondWith({ status: 200, body: 'unspeakable' });
    await pipeline.addEndpoint({ url: receiver.url('/unspeakable') });
    const eventId = await pipeline.emit();
    await ended(eventId, 'succeeded');
    const [attempt] = await pipeline.query(`SELECT * FROM attempts WHERE event_id = $1`, [eventId]);
    expect(attempt).toMatchObject({ status_code: 200, response_body: null });
    receiver.respondWith({ status: 200 });
    await pipeline.query(`ALTER TABLE attempts DROP CONSTRAINT poison`);
  });

  it('whose payload cannot be read is set aside, and those loaded with it are sent', async () => {
    await pipeline.addEndpoint({ url: receiver.url('/damaged') });
    const disabled = `UPDATE lanes SET parked_until = $1, ready_at = now()`;
    await pipeline.query(disabled, ['infinity']);
    const events = await Promise.all(Array.from({ length: 9 }, () => pipeline.emit()));
    const bad = events[4]!;
    await damage(pipeline, bad);
    await pipeline.query(disabled, ['-infinity']);

    expect(await ended(bad, 'failed')).toMatchObject({
      last_error_code: 'event_unreadable',
      attempt_count: 0,
    });
    for (const eventId of events) if (eventId !== bad) await ended(eventId, 'succeeded');
    await repair(pipeline);
  });

  it('is no reason for the deliveries of an endpoint whose secrets cannot be opened to be lost', async () => {
    const sealedWrong = await pipeline.addEndpoint({ url: receiver.url('/sealed'), eventTypes: ['both'] });
    await pipeline.addEndpoint({ url: receiver.url('/open'), eventTypes: ['both'] });
    const [secret] = await pipeline.query(`SELECT sealed FROM endpoint_secrets WHERE endpoint_id = $1`, [
      sealedWrong,
    ]);
    await writeSecret(pipeline, sealedWrong, Buffer.alloc(80));
    const eventId = await pipeline.emit('both');
    await receiver.waitFor((webhook) => webhook.path === '/open');
    const waiting = () =>
      pipeline.query(
        `SELECT d.status, d.leased, d.attempt_count FROM deliveries d WHERE d.event_id = $1 AND d.endpoint_id = $2`,
        [eventId, sealedWrong],
      );
    await waitFor(async () => (await waiting())[0]!['leased'] === false, { what: 'it to be handed back' });
    expect(await waiting()).toEqual([{ status: 'pending', leased: false, attempt_count: 0 }]);

    await writeSecret(pipeline, sealedWrong, secret!['sealed'] as Buffer);
    await pipeline.query(`UPDATE lanes SET ready_at = now() WHERE endpoint_id = $1`, [sealedWrong]);
    await receiver.waitFor((webhook) => webhook.path === '/sealed');
  });
});

/**
 * Reading the event's data fails as reading a damaged page does; reading others' does not. The function is STRICT, so that
 * the planner calls it for the rows that are asked for, and not for every row that it passes.
 */
async function damage(pipeline: Pipeline, eventId: string): Promise<void> {
  await pipeline.query(`
    CREATE FUNCTION read_data(id uuid, data text) RETURNS text LANGUAGE plpgsql STABLE STRICT AS $$
    BEGIN
      IF id = '${eventId}' THEN
        RAISE EXCEPTION 'invalid page in block 7' USING ERRCODE = 'data_corrupted';
      END IF;
      RETURN data;
    END $$`);
  const columns = await pipeline.query(
    `SELECT attname FROM pg_attribute WHERE attrelid = 'events'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  const selected = columns.map(({ attname }) =>
    attname === 'data' ? 'read_data(id, data) AS data' : (attname as string),
  );
  await pipeline.query(`ALTER TABLE events RENAME TO whole_events`);
  await pipeline.query(`CREATE VIEW events AS SELECT ${selected.join(', ')} FROM whole_events`);
}

async function repair(pipeline: Pipeline): Promise<void> {
  await pipeline.query(`DROP VIEW events`);
  await pipeline.query(`ALTER TABLE whole_events RENAME TO events`);
  await pipeline.query(`DROP FUNCTION read_data`);
}

async function writeSecret(pipeline: Pipeline, endpointId: string, sealed: Buffer): Promise<void> {
  await pipeline.query(`UPDATE endpoint_secrets SET sealed = $2 WHERE endpoint_id = $1`, [
    endpointId,
    sealed,
  ]);
  await pipeline.query(`UPDATE endpoints SET updated_at = clock_timestamp() WHERE id = $1`, [endpointId]);
}
