/** Endpoints that have only failed: who is told, who is disabled, and what the audit log says of it. */
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newUuid } from '../../src/model/id.js';
import { systemClock } from '../../src/store/clock.js';
import { Database } from '../../src/store/database.js';
import type { FailingEndpoint, LaneListener } from '../../src/store/lane-listener.js';
import { toAll } from '../../src/store/lane-listener.js';
import { lookAfterFailingEndpoints } from '../../src/upkeep/failing-endpoints.js';
import { laneAudit } from '../../src/upkeep/lane-audit.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const TENANT = '01990000-0000-7000-8000-00000000000a';
const HOURS = 120;
const log = pino({ level: 'silent' });

let own: TestDatabase;
let database: Database;
let heard: string[];
let notices: FailingEndpoint[];

beforeEach(async () => {
  own = await createTestDatabase();
  database = new Database({ url: own.url, poolSize: 2, applicationName: 'test' });
  await database.query(`INSERT INTO tenants (id, name) VALUES ($1, 't')`, [TENANT]);
  heard = [];
  notices = [];
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

/** An endpoint that failed first and last so many hours ago; null: it works. */
async function endpoint(firstHoursAgo: number | null, lastHoursAgo = 0): Promise<string> {
  const id = newUuid(Date.now());
  await database.query(
    `INSERT INTO endpoints (id, tenant_id, url, event_types) VALUES ($1, $2, 'https://example.com', '{*}')`,
    [id, TENANT],
  );
  await database.query(
    `INSERT INTO lanes (endpoint_id, tenant_id, failing_since, last_failure_at)
     VALUES ($1, $2, now() - $3::float8 * interval '1 hour', now() - $4::float8 * interval '1 hour')`,
    [id, TENANT, firstHoursAgo, lastHoursAgo],
  );
  return id;
}

async function look(): Promise<void> {
  const listener: LaneListener = {
    circuitChanged: () => undefined,
    endpointFailing: (failing) => void notices.push(failing),
    endpointDisabled: ({ endpointId, reason }) => void heard.push(`${reason} ${endpointId}`),
  };
  const all = toAll([laneAudit(database, systemClock), listener], (error) => heard.push(String(error)));
  await lookAfterFailingEndpoints(database, HOURS, all, log);
}

async function isDisabled(id: string): Promise<boolean> {
  const { rows } = await database.query<{
    disabled: boolean;
    disabled_reason: string | null;
    parked: boolean;
  }>(
    `SELECT e.disabled, e.disabled_reason, l.parked_until = 'infinity' AS parked
       FROM endpoints e JOIN lanes l ON l.endpoint_id = e.id WHERE e.id = $1`,
    [id],
  );
  const row = rows[0]!;
  expect(row.parked).toBe(row.disabled);
  return row.disabled && row.disabled_reason === 'failing';
}

describe('an endpoint that has only failed', () => {
  it('for the whole time is disabled, its lane parked, and that is told and written down', async () => {
    const dead = await endpoint(121);
    const well = await endpoint(null);
    await look();
    expect(await isDisabled(dead)).toBe(true);
    expect(await isDisabled(well)).toBe(false);
    expect(heard).toEqual([`failing ${dead}`]);
    const { rows } = await database.query(`SELECT action, actor_kind, tenant_id FROM audit_log`);
    expect(rows).toEqual([{ action: 'endpoint.disabled', actor_kind: 'system', tenant_id: TENANT }]);
    await look();
    expect(heard).toHaveLength(1);
  });

  it('once, a week ago, and was not called since, is left alone', async () => {
    const quiet = await endpoint(168, 168);
    await look();
    expect(await isDisabled(quiet)).toBe(false);
  });

  it('for half of the time is announced once a day, with the day on which it will be disabled', async () => {
    const failing = await endpoint(61);
    await endpoint(59);
    await look();
    await look();
    expect(notices.map((notice) => notice.endpointId)).toEqual([failing]);
    const { failingSince, disabledAt } = notices[0]!;
    expect(disabledAt.getTime() - failingSince.getTime()).toBe(HOURS * 3_600_000);

    await database.query(`UPDATE lanes SET failing_notified_at = now() - interval '25 hours'`);
    await look();
    expect(notices.filter((notice) => notice.endpointId === failing)).toHaveLength(2);
  });

  it('is announced anew when it fails again after a recovery', async () => {
    const id = await endpoint(70);
    await look();
    await database.query(
      `UPDATE lanes SET failing_since = now() - interval '61 hours', failing_notified_at = now() - interval '62 hours' WHERE endpoint_id = $1`,
      [id],
    );
    notices = [];
    await look();
    expect(notices).toHaveLength(1);
  });
});

describe('circuits in the audit log', () => {
  it('open and close, and fail their probes in silence', async () => {
    const audit = laneAudit(database, systemClock);
    const lane = { endpointId: TENANT, tenantId: TENANT, failingSinceMs: undefined };
    await audit.circuitChanged({
      ...lane,
      from: 'closed',
      change: { to: 'open', reason: 'ten', pauseMs: 1 },
    });
    await audit.circuitChanged({
      ...lane,
      from: 'half_open',
      change: { to: 'open', reason: 'probe', pauseMs: 1 },
    });
    await audit.circuitChanged({ ...lane, from: 'half_open', change: { to: 'closed', reason: 'well' } });
    const { rows } = await database.query<{ action: string }>(`SELECT action FROM audit_log ORDER BY id`);
    expect(rows.map((row) => row.action)).toEqual(['endpoint.circuit_opened', 'endpoint.circuit_closed']);
  });
});
