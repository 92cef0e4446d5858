/** A ledger with rows of the test's own making, and nothing that works on it: for tests of what is in `store` and `replay`. */
import { newUuid } from '../../src/model/id.js';
import type { DeliveryStatus } from '../../src/model/delivery.js';
import { DatabaseClock } from '../../src/store/clock.js';
import { Database } from '../../src/store/database.js';
import { createTestDatabase } from './database.js';

export interface LedgerDelivery {
  endpointId: string;
  status: DeliveryStatus;
  eventType?: string;
  data?: string;
  statusCode?: number;
  /** Another event than one of its own. */
  eventId?: string;
}

export interface Ledger {
  database: Database;
  clock: DatabaseClock;
  url: string;
  addTenant(externalId: string): Promise<string>;
  addEndpoint(tenantId: string, endpoint?: { eventTypes?: string[]; deleted?: boolean }): Promise<string>;
  addEvent(tenantId: string, event?: { type?: string; data?: string; test?: boolean }): Promise<string>;
  /** Each with an event of its own. @returns their ids, oldest first */
  addDeliveries(tenantId: string, delivery: LedgerDelivery, count?: number): Promise<string[]>;
  query<R extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

export async function createLedger(): Promise<Ledger> {
  const testDatabase = await createTestDatabase();
  const database = new Database({ url: testDatabase.url, poolSize: 10, applicationName: 'ledger' });
  const clock = new DatabaseClock();
  await clock.synchronize(database);
  const id = (): string => newUuid(clock.nowMs());

  async function addEvents(
    tenantId: string,
    ids: string[],
    event: { type?: string; data?: string; test?: boolean } = {},
  ): Promise<void> {
    await database.query(
      `INSERT INTO events (id, tenant_id, type, data, occurred_at, delivery_count, test, created_at)
       SELECT e.id, $2, $3, $4, now(), 1, $5, now() FROM unnest($1::uuid[]) AS e (id)`,
      [ids, tenantId, event.type ?? 'invoice.paid', event.data ?? '{}', event.test ?? false],
    );
  }

  return {
    database,
    clock,
    url: testDatabase.url,
    addTenant: async (externalId) => {
      const tenantId = id();
      await database.query(`INSERT INTO tenants (id, external_id, name) VALUES ($1, $2, $2)`, [
        tenantId,
        externalId,
      ]);
      return tenantId;
    },
    addEndpoint: async (tenantId, { eventTypes = ['*'], deleted = false } = {}) => {
      const endpointId = id();
      await database.query(
        `INSERT INTO endpoints (id, tenant_id, url, event_types, deleted_at)
         VALUES ($1, $2, 'https://example.com/', $3, CASE WHEN $4 THEN now() END)`,
        [endpointId, tenantId, eventTypes, deleted],
      );
      await database.query(`INSERT INTO lanes (endpoint_id, tenant_id) VALUES ($1, $2)`, [
        endpointId,
        tenantId,
      ]);
      return endpointId;
    },
    addEvent: async (tenantId, event) => {
      const eventId = id();
      await addEvents(tenantId, [eventId], event);
      return eventId;
    },
    addDeliveries: async (tenantId, delivery, count = 1) => {
      const eventIds = Array.from({ length: count }, () => delivery.eventId ?? id());
      const deliveryIds = eventIds.map(id);
      if (delivery.eventId === undefined) {
        await addEvents(tenantId, eventIds, {
          ...(delivery.eventType !== undefined && { type: delivery.eventType }),
          ...(delivery.data !== undefined && { data: delivery.data }),
        });
      }
      await database.query(
        `INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch,
                                 attempt_count, schedule_attempts, trigger, last_status_code, created_at, completed_at)
         SELECT d.id, $3, $4, d.event_id, $5, $6::delivery_status, false, now(), 1, 3, 3, 'emit', $7, now(),
                CASE WHEN $6::delivery_status <> 'pending' THEN now() END
           FROM unnest($1::uuid[], $2::uuid[]) AS d (id, event_id)`,
        [
          deliveryIds,
          eventIds,
          tenantId,
          delivery.endpointId,
          delivery.eventType ?? 'invoice.paid',
          delivery.status,
          delivery.statusCode ?? null,
        ],
      );
      return deliveryIds;
    },
    query: async <R extends object = Record<string, unknown>>(sql: string, values: unknown[] = []) =>
      (await database.query<R>(sql, values)).rows,
    close: async () => {
      await database.close();
      await testDatabase.drop();
    },
  };
}
