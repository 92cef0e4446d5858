import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Model {
  model: (
    costs: Record<string, number>,
    load: Record<string, number>,
    capacity?: Record<string, number>,
  ) => {
    apiProcesses?: number;
    dispatcherProcesses?: number;
    diskBytes?: number;
    cores: { api?: number; dispatcher?: number; postgres?: number; redis?: number };
    inFlight: number;
    firstToSaturate?: string;
    databases?: number;
    missing: string[];
  };
  foretell: (costs: Record<string, number>, fanOut: number) => Record<string, number>;
  measuredInputs: Record<string, string>;
}
interface Costs {
  name: string;
  costs: Record<string, number>;
  found: Record<string, number>;
  foretoldFanOut: number;
}
const modules = ['scaling-model', 'scaling-costs', 'scaling-document'].map((name) => `../../ops/${name}.mjs`);
const [{ model, foretell, measuredInputs }, { newestCosts, costsOf }, { measuredPart, withMeasuredPart }] =
  (await Promise.all(modules.map((file) => import(file)))) as [
    Model,
    {
      newestCosts: (folder?: string) => Costs | undefined;
      costsOf: (runs: ReturnType<typeof run>[]) => Record<string, number>;
    },
    {
      measuredPart: (report: unknown) => string;
      withMeasuredPart: (document: string, part: string) => string;
    },
  ];

const load = {
  eventsPerSecond: 1_000,
  fanOut: 2,
  attemptsPerDelivery: 1.5,
  secondsPerAttempt: 0.1,
  retentionDays: 10,
};

describe('the scaling model', () => {
  it('divides work by what a process can do', () => {
    const result = model(
      { apiCpuMicrosPerEvent: 100, apiCpuMicrosPerDelivery: 10, dispatcherCpuMicrosPerAttempt: 200 },
      load,
    );
    expect(result.apiProcesses).toBe(1); // 0.12 cores
    expect(result.dispatcherProcesses).toBe(1); // 3,000 attempts, 0.6 of 0.7 cores
    expect(
      model({ dispatcherCpuMicrosPerAttempt: 200 }, { ...load, eventsPerSecond: 10_000 }).dispatcherProcesses,
    ).toBe(9);
    expect(result.inFlight).toBe(300);
  });

  it('adds up the disk, and finds what gives out first', () => {
    const result = model(
      {
        eventBytes: 1_000,
        deliveryBytes: 500,
        attemptBytes: 600,
        postgresCpuMicrosPerEvent: 100,
        postgresCpuMicrosPerAttempt: 100,
        redisCpuMicrosPerDelivery: 1,
      },
      load,
      { postgresCores: 0.2 },
    );
    expect(result.diskBytes).toBe((1_000 * 1_000 + 2_000 * 500 + 3_000 * 600) * 86_400 * 10);
    expect(result.firstToSaturate).toBe('PostgreSQL CPU');
    expect(result.databases).toBe(3); // 0.4 cores wanted of 0.14
  });

  it('leaves out what was not measured, and names it', () => {
    const result = model({ eventBytes: 1_000 }, load);
    expect(result.diskBytes).toBeUndefined();
    expect(result.firstToSaturate).toBeUndefined();
    expect(result.missing).toHaveLength(Object.keys(measuredInputs).length - 1);
  });

  it('says the same of one event as of many', () => {
    const costs = Object.fromEntries(Object.keys(measuredInputs).map((name, index) => [name, 10 + index]));
    const { cores } = model(costs, { ...load, fanOut: 4, attemptsPerDelivery: 1 });
    const each = foretell(costs, 4);
    for (const part of ['api', 'dispatcher', 'postgres', 'redis'] as const)
      expect((cores[part]! * 1e6) / load.eventsPerSecond).toBeCloseTo(each[`${part}Micros`]!);
  });
});

/** What a run with this fan-out measures, when all that is counted costs the same. */
const run = (fanOut: number, cost: number, eventBytes = 1) => ({
  fanOut,
  usage: Object.fromEntries(
    ['apiMicros', 'dispatcherMicros', 'postgresMicros', 'redisMicros', 'walBytes'].map((part) => [
      part,
      cost,
    ]),
  ),
  rowBytes: { events: eventBytes, deliveries: 2, attempts: 3 },
});

describe('the costs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'posthorn-reports-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const section = (eventBytes: number, failures: string[] = []) => ({
    name: 'costs',
    failures,
    data: {
      inputs: { redisBytesPerQueuedDelivery: 5 },
      measured: [run(1, 10, eventBytes), run(8, 80), run(4, 40)],
      deliveriesPerSecond: 1,
      fullSpeed: {},
      foretoldFanOut: 4,
    },
  });
  const save = (startedAt: string, sections: object[], short = false): void =>
    writeFileSync(
      path.join(folder, `${startedAt}.json`),
      JSON.stringify({ startedAt, short, machine: { cpu: 'x' }, sections }),
    );

  it('are the newest that were measured in full and without failures', () => {
    save('2026-01-01', [section(1)]);
    save('2026-01-03', [{ name: 'drain', failures: [], data: {} }, section(3)]);
    save('2026-01-02', [section(2)]);
    save('2026-01-04', [section(4)], true);
    save('2026-01-05', [section(5, ['not all was delivered in time'])]);
    save('2026-01-06', [{ name: 'drain', failures: [], data: {} }]);
    expect(newestCosts(folder)).toMatchObject({
      name: '2026-01-03',
      costs: { eventBytes: 3, redisBytesPerQueuedDelivery: 5 },
      found: { apiMicros: 40 },
    });
  });

  it('tell an event’s own from that of each of its deliveries', () => {
    const costs = costsOf([run(1, 130), run(2, 160), run(8, 340)]);
    expect(costs.postgresCpuMicrosPerEvent).toBeCloseTo(100);
    expect(costs.postgresCpuMicrosPerAttempt).toBeCloseTo(30);
    expect(costs).toMatchObject({ eventBytes: 1, deliveryBytes: 2, attemptBytes: 3 });
  });

  it('are never negative, however noisy the runs', () => {
    const steep = costsOf([run(1, 9), run(8, 81)]); // a line through both begins at -1.3
    expect(steep.postgresCpuMicrosPerEvent).toBe(0);
    expect(steep.postgresCpuMicrosPerAttempt).toBeCloseTo((9 + 8 * 81) / 65);
    const falling = costsOf([run(1, 12), run(8, 10)]);
    expect(falling.postgresCpuMicrosPerEvent).toBeCloseTo(11);
    expect(falling.postgresCpuMicrosPerAttempt).toBe(0);
    for (const [name, cost] of Object.entries(newestCosts()?.costs ?? {}))
      expect(cost, name).toBeGreaterThanOrEqual(0);
  });

  it('stand in docs/scaling.md as the newest report has them, every input by its name', () => {
    const document = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
    expect(withMeasuredPart(document, measuredPart(newestCosts()))).toBe(document);
    for (const name of Object.keys(measuredInputs)) expect(document).toContain(`\`${name}\``);
  });

  const newest = newestCosts();
  it.runIf(newest !== undefined)('foretell a run that they were not made from', () => {
    const { costs, found, foretoldFanOut } = newest!;
    expect(Object.keys(measuredInputs).filter((name) => costs[name] === undefined)).toEqual([]);
    const foretold = foretell(costs, foretoldFanOut);
    const cpuMicros = (of: Record<string, number>): number =>
      of.apiMicros! + of.dispatcherMicros! + of.postgresMicros! + of.redisMicros!;
    // Shares of two runs of ten seconds on one machine: a third is a model that is wrong, less may be the weather.
    expect(cpuMicros(foretold) / cpuMicros(found)).toBeGreaterThan(2 / 3);
    expect(cpuMicros(foretold) / cpuMicros(found)).toBeLessThan(4 / 3);
  });
});
