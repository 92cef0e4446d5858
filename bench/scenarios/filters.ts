/**
 * What content filters add to an emit. A tenant has a thousand endpoints with a filter each, none of which matches; its
 * emits of a type that all of them are asked about are held against emits of one that nobody wants. Nothing is sent, so that
 * the difference is the matching and nothing else.
 */
import { Api, inParallel } from '../harness/api.js';
import type { Bench, Scenario } from '../harness/bench.js';
import type { Installation } from '../harness/installation.js';
import { emitBody } from '../load/payload.js';
import { NOTHING } from '../report/section.js';
import { figure, median, withSpread } from '../report/statistics.js';

/** By what a reader would call them; each endpoint has its own, so that no two are the same. */
const KINDS: Record<string, (number: number) => object> = {
  'two conditions': (number) => ({
    data: { customer: { country: 'DE' }, amount: { $gte: 1_000_000 + number } },
  }),
  'eight, two of them of one list element': (number) => ({
    type: { $startsWith: 'invoice.' },
    data: {
      currency: { $ne: 'USD' },
      amount: { $gte: 100, $lt: 1_000_000 + number },
      customer: { country: { $in: ['DE', 'FR', 'IT'] } },
      lines: { quantity: { $gte: 50 + number }, taxRate: 0.19 },
    },
  }),
  'a regular expression': (number) => ({
    data: { customer: { name: { $regex: `^Customer ${number} (AG|GmbH)$` } } },
  }),
};
/** Each endpoint's only event type. */
const ASKED = 'invoice.paid';
const NOBODYS = 'invoice.voided';
const WARM_UPS = 50;

interface Measured {
  kind: string;
  /** Milliseconds of emits in pairs. Warm: nothing has changed. Changed: one of the endpoints has, just before. */
  warm: Pairs;
  changed: Pairs;
  /** The first emit of a process to this tenant: its endpoints are read and their filters compiled. */
  firstMs: number;
  accepted: number;
  failures: string[];
}

interface Pairs {
  nobodysMs: number[];
  askedMs: number[];
}

export const filters: Scenario = {
  name: 'filters',
  about: 'What 1,000 filtered endpoints add to an emit',
  run: async (bench) => {
    const endpoints = bench.short ? 100 : 1_000;
    const backend = bench.services.redis ? 'redis' : 'postgres';
    const measured = await bench.withInstallation({ backend, roles: ['api'] }, async (installation) => {
      const all: Measured[] = [];
      for (const kind of Object.keys(KINDS)) all.push(await measure(bench, installation, kind, endpoints));
      return all;
    });
    return {
      title: 'Filters',
      about:
        'Emits one at a time, in turn of a type that every filter is asked about and of one that none is.',
      settings: { queue: backend, endpoints },
      tables: [
        {
          title: 'Milliseconds from emit to 202: median (lowest–highest)',
          columns: [
            'each filter',
            'no filter is asked',
            'all are',
            'they add',
            'after a change',
            'all are',
            'they add',
            'first of a process',
          ],
          rows: measured.map(({ kind, warm, changed, firstMs }) => [
            kind,
            ...[warm, changed].flatMap(({ nobodysMs, askedMs }) => [
              withSpread(nobodysMs),
              withSpread(askedMs),
              figure(median(askedMs) - median(nobodysMs)),
            ]),
            figure(firstMs),
          ]),
        },
      ],
      notes: [],
      tally: { ...NOTHING, accepted: measured.reduce((total, { accepted }) => total + accepted, 0) },
      failures: measured.flatMap(({ failures }) => failures),
      data: measured,
    };
  },
};

async function measure(
  { short }: Bench,
  installation: Installation,
  kind: string,
  endpoints: number,
): Promise<Measured> {
  const [tenant] = await installation.createTenants(1);
  const path = `/tenants/${tenant}/endpoints`;
  const ids: string[] = [];
  await inParallel(endpoints, 16, async (number) => {
    const { id } = await installation.admin.post<{ id: string }>(path, {
      url: `http://127.0.0.1:9/${number}`,
      eventTypes: [ASKED],
      filter: KINDS[kind]!(number),
    });
    ids[number] = id;
  });

  const emitter = new Api(installation.port, installation.emitterKey);
  const failures = new Set<string>();
  let accepted = 0;
  const emit = async (type: string): Promise<number> => {
    const body = JSON.parse(emitBody(type)) as object;
    const startedAt = performance.now();
    const { deliveries } = await emitter.post<{ deliveries: number }>(`/tenants/${tenant}/events`, body);
    const tookMs = performance.now() - startedAt;
    accepted++;
    if (deliveries > 0) failures.add(`${kind}: a filter matched that should not`);
    return tookMs;
  };
  const inPairs = async (pairs: number, before: () => Promise<unknown>): Promise<Pairs> => {
    const measured: Pairs = { nobodysMs: [], askedMs: [] };
    for (let pair = 0; pair < pairs; pair++) {
      await before();
      measured.nobodysMs.push(await emit(NOBODYS));
      await before();
      measured.askedMs.push(await emit(ASKED));
    }
    return measured;
  };
  const change = (): Promise<unknown> =>
    installation.admin.patch(`${path}/${ids[accepted % endpoints]}`, { description: `changed ${accepted}` });
  const nothing = (): Promise<void> => Promise.resolve();

  const firstMs = await emit(ASKED);
  await inPairs(WARM_UPS, nothing);
  const warm = await inPairs(short ? 20 : 60, nothing);
  const changed = await inPairs(short ? 3 : 15, change);
  return { kind, warm, changed, firstMs, accepted, failures: [...failures] };
}
