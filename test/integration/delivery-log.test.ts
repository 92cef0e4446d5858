/** The delivery log against an oracle: whatever is asked for, walking its pages must give what a filter over an array gives. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveryStatuses, type DeliveryStatus } from '../../src/model/delivery.js';
import { newUuid, uuidTimeMs } from '../../src/model/id.js';
import { readDeliveryPage, type DeliveryRow } from '../../src/store/delivery-log.js';
import type { DeliveryFilter } from '../../src/store/delivery-filter.js';
import { readEventPage } from '../../src/store/event-log.js';
import { createLedger, type Ledger } from '../support/ledger.js';

interface Made {
  id: string;
  tenantId: string;
  endpointId: string;
  eventId: string;
  eventType: string;
  status: DeliveryStatus;
  statusCode: number | null;
  errorCode: string | null;
  data: string;
}

const DAY_MS = 86_400_000;
const DAYS = 5;
/** Several turns of a walk, so that its first one does not see everything. */
const ROWS = 3_000;
const types = ['invoice.paid', 'invoice.voided', 'user.created'];
const outcomes: [DeliveryStatus, number | null, string | null][] = [
  ...Array<[DeliveryStatus, number, null]>(20).fill(['succeeded', 200, null]),
  ['succeeded', 204, null],
  ['failed', 500, 'http_server_error'],
  ['failed', 404, 'http_client_error'],
  ['failed', null, 'timeout'],
  ['canceled', null, 'endpoint_deleted'],
  ['pending', 503, 'http_server_error'],
  ['pending', null, null],
];

/** The same rows in every run, so that a counterexample can be run again (mulberry32). */
let seed = 4711;
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

let ledger: Ledger;
let tenants: string[];
let endpoints: string[];
let made: Made[];

beforeAll(async () => {
  ledger = await createLedger();
  tenants = [await ledger.addTenant('one'), await ledger.addTenant('two')];
  endpoints = [];
  for (let n = 0; n < 6; n++) endpoints.push(await ledger.addEndpoint(tenants[n % 2]!));
  made = makeRows(Date.now());
  await insert(made);
}, 60_000);
afterAll(() => ledger.close());

describe('the delivery log', () => {
  it('gives, page by page, exactly what fits the filter, newest first', async () => {
    await fc.assert(
      fc.asyncProperty(filters(), fc.integer({ min: 1, max: 200 }), async (filter, limit) => {
        const expected = made.filter((row) => fits(row, filter)).map((row) => row.id);
        expect(ids(await walkPages(filter, limit))).toEqual(expected.sort().reverse());
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same when every page runs out of time after its first look', async () => {
    const impatient = () => {
      let nowMs = 0;
      return () => (nowMs += 60_000);
    };
    await fc.assert(
      fc.asyncProperty(filters(), fc.integer({ min: 1, max: 200 }), async (filter, limit) => {
        const expected = made.filter((row) => fits(row, filter)).map((row) => row.id);
        expect(ids(await walkPages(filter, limit, impatient))).toEqual(expected.sort().reverse());
      }),
      { numRuns: 40 },
    );
  });

  it('answers a short page with a way on, rather than searching for as long as it takes', async () => {
    let nowMs = 0;
    const page = await readDeliveryPage(
      ledger.database,
      { search: 'nowhere to be found' },
      { before: undefined, limit: 10 },
      () => (nowMs += 60_000),
    );
    expect(page.rows).toEqual([]);
    expect(page.next).not.toBeNull();
  });

  it('neither skips nor repeats what was there, while new deliveries arrive between the pages', async () => {
    const filter: DeliveryFilter = { tenantId: tenants[0]!, eventType: types[0]! };
    const atStart = made.filter((row) => fits(row, filter)).map((row) => row.id);
    const arrived: Made[] = [];
    const rows = await walkPages(filter, 37, undefined, async () => {
      const newer = makeRows(Date.now(), 20);
      await insert(newer);
      arrived.push(...newer);
    });
    made.push(...arrived);
    expect(ids(rows)).toEqual(atStart.sort().reverse());
    expect(arrived.some((row) => fits(row, filter))).toBe(true);
  });

  it.each(['50%', 'a_c', 'back\\slash', '"quoted"'])(
    'takes %s in a search as it is written',
    async (search) => {
      const [row] = makeRows(Date.now(), 1);
      row!.data = JSON.stringify({ note: 'neither' });
      const [hit] = makeRows(Date.now(), 1);
      hit!.data = `{"note": ${search.startsWith('"') ? search : `"x${search}x"`}}`;
      await insert([row!, hit!]);
      made.push(row!, hit!);
      expect(ids(await walkPages({ search }, 50))).toEqual([hit!.id]);
    },
  );

  it('finds text in capitals or not', async () => {
    const [row] = makeRows(Date.now(), 1);
    row!.data = '{"customer":"Grünwald-GmbH"}';
    await insert([row!]);
    made.push(row!);
    expect(ids(await walkPages({ search: 'grünWALD-gmbh' }, 50))).toEqual([row!.id]);
  });
});

describe('the event log', () => {
  it('gives a tenant’s events, by type, tag and time, and nobody else’s', async () => {
    const eventId = await ledger.addEvent(tenants[0]!, { type: 'tagged' });
    await ledger.query(`UPDATE events SET tags = '{red,blue}' WHERE id = $1`, [eventId]);
    const place = { before: undefined, limit: 10 };
    const find = async (filter: Parameters<typeof readEventPage>[1]) =>
      ids((await readEventPage(ledger.database, filter, place)).rows);
    const since = new Date(uuidTimeMs(eventId));
    expect(await find({ tenantId: tenants[0]!, tag: 'red', type: 'tagged' })).toEqual([eventId]);
    expect(await find({ tenantId: tenants[0]!, tag: 'blue', after: since })).toEqual([eventId]);
    expect(await find({ tenantId: tenants[0]!, tag: 'red', before: since })).toEqual([]);
    expect(await find({ tenantId: tenants[0]!, tag: 'green' })).toEqual([]);
    expect(await find({ tenantId: tenants[1]!, tag: 'red' })).toEqual([]);
  });
});

async function walkPages(
  filter: DeliveryFilter,
  limit: number,
  clock?: () => () => number,
  betweenPages?: () => Promise<void>,
): Promise<DeliveryRow[]> {
  const rows: DeliveryRow[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await readDeliveryPage(ledger.database, filter, { before, limit }, clock?.());
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    if (page.next === null) return rows;
    before = page.next;
    await betweenPages?.();
  }
}

function filters(): fc.Arbitrary<DeliveryFilter> {
  const some = <T>(values: () => readonly T[]) =>
    fc.option(
      fc.nat(1_000).map((n) => values()[n % values().length]!),
      { nil: undefined, freq: 2 },
    );
  const codes = [
    { from: 500, to: 500 },
    { from: 204, to: 204 },
    { from: 500, to: 599 },
    { from: 400, to: 499 },
    { from: 200, to: 299 },
  ];
  const instants = Array.from({ length: 2 * DAYS }, (_, n) => new Date(Date.now() - (n * DAY_MS) / 2));
  return fc
    .record({
      tenantId: some(() => tenants),
      endpointId: some(() => endpoints),
      eventId: fc.option(
        fc.nat(ROWS - 1).map((n) => made[n]!.eventId),
        { nil: undefined, freq: 15 },
      ),
      eventType: some(() => [...types, 'never.emitted']),
      status: some(() => deliveryStatuses),
      statusCode: some(() => codes),
      errorCode: some(() => ['timeout', 'http_server_error', 'never_happens']),
      after: some(() => instants),
      before: some(() => instants),
      search: fc.option(fc.constantFrom('cus_7', 'CUS_1', 'nothing'), { nil: undefined, freq: 4 }),
    })
    .map((filter) => {
      const given = Object.entries(filter).filter(([, value]) => value !== undefined);
      return Object.fromEntries(given);
    });
}

function fits(row: Made, filter: DeliveryFilter): boolean {
  const { statusCode, after, before, search, tenantId, endpointId, eventId, eventType, status, errorCode } =
    filter;
  const madeAtMs = uuidTimeMs(row.id);
  const equal = { tenantId, endpointId, eventId, eventType, status, errorCode };
  return (
    Object.entries(equal).every(
      ([name, value]) => value === undefined || row[name as keyof Made] === value,
    ) &&
    (statusCode === undefined ||
      (row.statusCode !== null && row.statusCode >= statusCode.from && row.statusCode <= statusCode.to)) &&
    (after === undefined || madeAtMs >= after.getTime()) &&
    (before === undefined || madeAtMs < before.getTime()) &&
    (search === undefined || row.data.toLowerCase().includes(search.toLowerCase()))
  );
}

function makeRows(untilMs: number, count = ROWS): Made[] {
  const spanMs = count === ROWS ? DAYS * DAY_MS : 0;
  return Array.from({ length: count }, (_, n) => {
    const atMs = untilMs - spanMs + Math.floor((n / count) * spanMs);
    const endpoint = Math.floor(random() * endpoints.length);
    const [status, statusCode, errorCode] = outcomes[Math.floor(random() * outcomes.length)]!;
    return {
      id: newUuid(atMs),
      tenantId: tenants[endpoint % 2]!,
      endpointId: endpoints[endpoint]!,
      eventId: newUuid(atMs),
      eventType: types[Math.floor(random() * types.length)]!,
      status,
      statusCode,
      errorCode,
      data: `{"customer":"cus_${n % 97}"}`,
    };
  });
}

async function insert(rows: Made[]): Promise<void> {
  const column = <K extends keyof Made>(name: K) => rows.map((row) => row[name]);
  await ledger.query(
    `INSERT INTO events (id, tenant_id, type, data, occurred_at, delivery_count, created_at)
     SELECT e.*, now(), 1, now() FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS e`,
    [column('eventId'), column('tenantId'), column('eventType'), column('data')],
  );
  await ledger.query(
    `INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, last_status_code,
                             last_error_code, leased, due_at, epoch, trigger, created_at)
     SELECT d.*, false, now(), 1, 'emit', now()
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::delivery_status[], $7::smallint[],
                   $8::text[]) AS d`,
    [
      column('id'),
      column('tenantId'),
      column('endpointId'),
      column('eventId'),
      column('eventType'),
      column('status'),
      column('statusCode'),
      column('errorCode'),
    ],
  );
}

function ids(rows: { id: string }[]): string[] {
  return rows.map((row) => row.id);
}
