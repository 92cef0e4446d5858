import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/telemetry/metrics.js';
import { Buckets, Count, Tally } from '../../src/telemetry/tally.js';

describe('counters of the hot path', () => {
  it('appear in the Prometheus text as prom-client’s own would', async () => {
    const registry = new Registry();
    const tally = new Tally(registry, 'letters_total', 'Letters.', 'kind');
    const count = new Count(registry, 'stamps_total', 'Stamps.');
    tally.add('air');
    tally.add('air', 2);
    tally.add('sea');
    count.add();
    const lines = (await registry.metrics()).split('\n');
    expect(lines).toContain('# TYPE letters_total counter');
    expect(lines).toContain('letters_total{kind="air"} 3');
    expect(lines).toContain('letters_total{kind="sea"} 1');
    expect(lines).toContain('stamps_total 1');
    expect((await registry.metrics()).split('\n')).toContain('letters_total{kind="air"} 3'); // not added up twice
  });

  it('show what alerts ask for before there is any of it, since nobody sees a series begin above zero', async () => {
    const metrics = new Metrics('all', ['retention']);
    const lines = (await metrics.registry.metrics()).split('\n');
    expect(lines).toContain('posthorn_deliveries_completed_total{status="expired"} 0');
    expect(lines).toContain('posthorn_emits_total{result="unavailable"} 0');
    expect(lines).toContain('posthorn_upkeep_failures_total{task="retention"} 0');
    metrics.countExpired(500);
    expect(await metrics.registry.metrics()).toContain(
      'posthorn_deliveries_completed_total{status="expired"} 500',
    );
  });

  it('sort measures into cumulative buckets, bounds included', async () => {
    const registry = new Registry();
    const buckets = new Buckets(registry, 'wait_seconds', 'Wait.', [0.1, 1], {
      name: 'line',
      values: ['a', 'b'],
    });
    for (const measured of [0.05, 0.1, 0.5, 7]) buckets.observe('a', measured);
    const lines = (await registry.metrics()).split('\n');
    expect(lines).toContain('# TYPE wait_seconds histogram');
    expect(lines).toContain('wait_seconds_bucket{line="a",le="0.1"} 2');
    expect(lines).toContain('wait_seconds_bucket{line="a",le="1"} 3');
    expect(lines).toContain('wait_seconds_bucket{line="a",le="+Inf"} 4');
    expect(lines).toContain('wait_seconds_sum{line="a"} 7.65');
    expect(lines).toContain('wait_seconds_count{line="a"} 4');
    expect(lines).toContain('wait_seconds_count{line="b"} 0');
  });
});

describe('an attempt', () => {
  const attempt = {
    outcome: { kind: 'success' },
    event: 'attempt_succeeded',
    trigger: 'emit',
    attemptNumber: 1,
    durationMs: 20,
    sinceAcceptedMs: 5,
  } as const;

  async function textAfter(...attempts: Parameters<Metrics['countAttempt']>[0][]): Promise<string[]> {
    const metrics = new Metrics('all');
    for (const one of attempts) metrics.countAttempt(one);
    return (await metrics.registry.metrics()).split('\n');
  }

  it('is counted by its code, and its delivery when it ends', async () => {
    const failed = {
      ...attempt,
      outcome: { kind: 'failure', code: 'timeout' },
      event: 'schedule_exhausted',
    } as const;
    const lines = await textAfter(attempt, failed);
    expect(lines).toContain('posthorn_attempts_total{code="ok"} 1');
    expect(lines).toContain('posthorn_attempts_total{code="timeout"} 1');
    expect(lines).toContain('posthorn_deliveries_completed_total{status="succeeded"} 1');
    expect(lines).toContain('posthorn_deliveries_completed_total{status="failed"} 1');
    expect(lines).toContain('posthorn_delivery_latency_seconds_sum 0.025');
  });

  it('of a replay says nothing about latency', async () => {
    const lines = await textAfter({ ...attempt, trigger: 'replay', sinceAcceptedMs: 9e9 });
    expect(lines).toContain('posthorn_attempts_total{code="ok"} 1');
    expect(lines).toContain('posthorn_delivery_latency_seconds_count 0');
    expect(lines).toContain('posthorn_first_attempt_delay_seconds_count 0');
  });

  it('costs the hot path next to nothing', () => {
    const metrics = new Metrics('all');
    for (let warm = 0; warm < 50_000; warm++) metrics.countAttempt(attempt);
    const startedAt = performance.now();
    for (let n = 0; n < 100_000; n++) metrics.countAttempt(attempt);
    const microseconds = ((performance.now() - startedAt) * 1000) / 100_000;
    expect(microseconds).toBeLessThan(20); // 1.3 on two busy cores; an attempt costs a hundred times that
  });
});
