/**
 * Emit, queue, scheduler and dispatcher put together without Nest and without the API: for tests of the delivery path
 * that look into the ledger, turn single parts on and off, or run several dispatchers in one process.
 */
import { randomBytes } from 'node:crypto';
import { Queue } from 'bullmq';
import { Dispatcher } from '../../src/dispatcher/dispatcher.js';
import { Membership } from '../../src/dispatcher/membership.js';
import { Emitter } from '../../src/intake/emitter.js';
import { TenantDirectory } from '../../src/intake/tenant-directory.js';
import { newUuid } from '../../src/model/id.js';
import { producerOptions, QUEUE_NAME } from '../../src/queue/backend.js';
import { ReferenceQueue, type ReferenceJob } from '../../src/queue/reference-queue.js';
import { ReferenceWorker } from '../../src/queue/reference-worker.js';
import { Scheduler } from '../../src/scheduler/scheduler.js';
import { DatabaseClock } from '../../src/store/clock.js';
import { Database } from '../../src/store/database.js';
import { LaneWaker } from '../../src/store/lane-waker.js';
import { Sealer } from '../../src/store/sealing.js';
import { log } from '../../src/telemetry/log.js';
import { Transformer } from '../../src/transformation/transformer.js';
import { type QueueBackend } from './backends.js';
import { createTestDatabase, databaseName } from './database.js';
import { egressForTests } from './egress-for-tests.js';

export interface Row {
  [column: string]: unknown;
}

export interface EndpointRow {
  url: string;
  eventTypes?: string[];
  retry?: object;
  timeoutMs?: number;
  rateLimitPerSecond?: number;
  maxInFlight?: number;
  disabled?: boolean;
  ordering?: 'none' | 'strict';
  onFailure?: 'skip' | 'hold';
}

export interface TestDispatcher {
  dispatcher: Dispatcher;
  scheduler: Scheduler;
  membership: Membership;
  stop(): Promise<void>;
}

export interface Pipeline {
  database: Database;
  clock: DatabaseClock;
  emitter: Emitter;
  queue: ReferenceQueue;
  tenantId: string;
  secret: string;
  addEndpoint(endpoint: EndpointRow): Promise<string>;
  /** Emits to the pipeline's tenant. @returns the event's id */
  emit(type?: string, data?: string): Promise<string>;
  startDispatcher(): Promise<TestDispatcher>;
  query<R extends Row = Row>(sql: string, values?: unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

/** @param settings leaseSlackMs is short by default, so that a lost lease is found within a test's patience. */
export async function startPipeline(
  backend: QueueBackend,
  { leaseSlackMs = 2_000 }: { leaseSlackMs?: number } = {},
): Promise<Pipeline> {
  log.level = process.env['TEST_LOG_LEVEL'] ?? 'silent';
  const testDatabase = await createTestDatabase();
  const settings = {
    databaseUrl: testDatabase.url,
    redisUrl: backend.redisUrl,
    queuePrefix: databaseName(testDatabase.url),
    inFlightMax: 500,
    endpointInFlightMax: 10,
    attemptTimeoutMs: 5_000,
    leaseSlackMs,
  };
  const database = new Database({ url: testDatabase.url, poolSize: 10, applicationName: 'pipeline' });
  const clock = new DatabaseClock();
  await clock.synchronize(database);
  const sealer = new Sealer([randomBytes(32)]);
  const bull = new Queue<ReferenceJob>(QUEUE_NAME, producerOptions(settings));
  const queue = new ReferenceQueue(bull, log);
  const waker = new LaneWaker(database, log);
  const emitter = new Emitter({
    database,
    clock,
    directory: new TenantDirectory(database, settings),
    leaseSlackMs,
    window: {
      get room() {
        return queue.room;
      },
      get backlogRoom() {
        return queue.backlogRoom;
      },
      enqueue: (references) => queue.enqueue(references),
      wake: (endpointIds) => {
        for (const endpointId of endpointIds) waker.wake(endpointId, 0);
      },
    },
  });
  queue.start();
  const tenantId = newUuid(clock.nowMs());
  await database.query(`INSERT INTO tenants (id, external_id, name) VALUES ($1, 'acme', 'Acme')`, [tenantId]);
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const dispatchers = new Set<TestDispatcher>();

  async function addEndpoint(endpoint: EndpointRow): Promise<string> {
    const id = newUuid(clock.nowMs());
    await database.transaction(async (transaction) => {
      await transaction.query(
        `INSERT INTO endpoints (id, tenant_id, url, event_types, retry, timeout_ms, rate_limit_per_second, max_in_flight, disabled,
                                ordering, on_failure)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [
          id,
          tenantId,
          endpoint.url,
          endpoint.eventTypes ?? ['*'],
          endpoint.retry ?? null,
          endpoint.timeoutMs ?? null,
          endpoint.rateLimitPerSecond ?? null,
          endpoint.maxInFlight ?? null,
          endpoint.disabled ?? false,
          endpoint.ordering ?? 'none',
          endpoint.onFailure ?? 'skip',
        ],
      );
      await transaction.query(
        `INSERT INTO lanes (endpoint_id, tenant_id, parked_until) VALUES ($1, $2, CASE WHEN $3 THEN 'infinity' ELSE '-infinity' END::timestamptz)`,
        [id, tenantId, endpoint.disabled ?? false],
      );
      await transaction.query(
        `INSERT INTO endpoint_secrets (id, endpoint_id, tenant_id, sealed) VALUES ($1, $2, $3, $4)`,
        [
          newUuid(clock.nowMs()),
          id,
          tenantId,
          sealer.seal(secret, { tenantId, endpointId: id, purpose: 'secret' }),
        ],
      );
      await transaction.query(`UPDATE tenants SET endpoints_version = endpoints_version + 1 WHERE id = $1`, [
        tenantId,
      ]);
    });
    return id;
  }

  const transformer = new Transformer();

  async function startDispatcher(): Promise<TestDispatcher> {
    const egress = egressForTests({ connectionsPerOriginMax: 500 });
    const membership = new Membership(database, newUuid(clock.nowMs()), 'test');
    const dispatcher = new Dispatcher({
      database,
      clock,
      egress,
      sealer,
      waker,
      membership,
      transformer,
      settings,
      log,
      userAgent: 'Posthorn/test',
    });
    const worker = new ReferenceWorker(settings, (references) => dispatcher.take(references), log);
    const scheduler = new Scheduler({
      database,
      queue,
      waker,
      settings,
      log,
      room: (endpointId, maxInFlight) => dispatcher.lanes.room(endpointId, maxInFlight),
      free: () => dispatcher.free,
      expect: (endpointId, count) => dispatcher.lanes.lane(endpointId).expect(count / membership.count),
      dispatchers: () => membership.count,
    });
    await membership.join();
    dispatcher.start();
    worker.start();
    scheduler.start();
    const started: TestDispatcher = {
      dispatcher,
      scheduler,
      membership,
      stop: async () => {
        dispatchers.delete(started);
        await scheduler.stop();
        await Promise.all([worker.close(2_000), dispatcher.stop(2_000)]);
        await membership.leave();
        await egress.close();
      },
    };
    dispatchers.add(started);
    return started;
  }

  return {
    database,
    clock,
    emitter,
    queue,
    tenantId,
    secret,
    addEndpoint,
    emit: async (type = 'invoice.paid', data = '{}') =>
      (await emitter.emit({ tenant: 'acme', type, data })).eventId,
    startDispatcher,
    query: async <R extends Row = Row>(sql: string, values: unknown[] = []) =>
      (await database.query<R>(sql, values)).rows,
    close: async () => {
      await Promise.all([...dispatchers].map((dispatcher) => dispatcher.stop()));
      transformer.close();
      await waker.close();
      await queue.close();
      await bull.close();
      await database.close();
      await testDatabase.drop();
    },
  };
}
