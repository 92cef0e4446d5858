import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Model {
  model: (
    costs: Record<string, number>,
    load: Record<string, number>,
    capacity?: Record<string, number>,
  ) => {
    apiProcesses?: number;
    dispatcherProcesses?: number;
    diskBytes?: number;
    inFlight: number;
    firstToSaturate?: string;
    databases?: number;
    missing: string[];
  };
  measuredInputs: Record<string, string>;
}
const path = '../../ops/scaling-model.mjs';
const { model, measuredInputs } = (await import(path)) as Model;

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

  it('has every input in docs/scaling.md', () => {
    const document = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
    for (const name of Object.keys(measuredInputs)) expect(document).toContain(`\`${name}\``);
  });
});
