import { describe, expect, it } from 'vitest';
import { nextStep } from '../../src/dispatcher/next-step.js';
import { parseRetryAfter, toOutcome, type Outcome } from '../../src/dispatcher/outcome.js';
import type { SendResult } from '../../src/egress/egress.js';

const NOW = Date.UTC(2026, 10, 21, 9, 0, 0);
const schedule = { scheduleSeconds: [10, 100] };

describe('outcome of an attempt', () => {
  it.each([
    [200, 'success', undefined],
    [204, 'success', undefined],
    [299, 'success', undefined],
    [301, 'failure', 'redirect_not_followed'],
    [304, 'failure', 'redirect_not_followed'],
    [400, 'failure', 'http_client_error'],
    [404, 'failure', 'http_client_error'],
    [410, 'gone', 'gone'],
    [429, 'failure', 'rate_limited'],
    [500, 'failure', 'http_server_error'],
    [599, 'failure', 'http_server_error'],
  ])('%i is a %s (%s)', (statusCode, kind, code) => {
    const outcome = toOutcome(response(statusCode), NOW);
    expect(outcome.kind).toBe(kind);
    expect('code' in outcome ? outcome.code : undefined).toBe(code);
  });

  it('hears Retry-After on 429 and 503 only', () => {
    expect(toOutcome(response(429, { 'retry-after': '7' }), NOW)).toMatchObject({ retryAfterMs: 7_000 });
    expect(toOutcome(response(503, { 'retry-after': ['8', '9'] }), NOW)).toMatchObject({
      retryAfterMs: 8_000,
    });
    expect(toOutcome(response(500, { 'retry-after': '7' }), NOW)).not.toHaveProperty('retryAfterMs');
  });

  it('does not charge the endpoint for what our proxy does', () => {
    expect(toOutcome(failure('proxy_failed'), NOW).kind).toBe('ours');
    expect(toOutcome(failure('internal'), NOW).kind).toBe('ours');
    expect(toOutcome(failure('timeout'), NOW)).toMatchObject({ kind: 'failure', code: 'timeout' });
    expect(toOutcome(failure('address_blocked'), NOW)).toMatchObject({
      kind: 'failure',
      code: 'address_blocked',
    });
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 120 ', 120_000],
    ['99999999', 86_400_000],
    ['Sat, 21 Nov 2026 09:01:00 GMT', 60_000],
    ['Mon, 21 Nov 2050 09:01:00 GMT', 86_400_000],
    ['Sat, 21 Nov 2026 08:59:00 GMT', undefined],
    ['0', undefined],
    ['-1', undefined],
    ['NaN', undefined],
    ['1e3', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s → %s ms', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected);
  });
});

describe('next step', () => {
  const failed: Outcome = { kind: 'failure', code: 'http_server_error', message: 'HTTP 500' };

  it('ends with a success', () => {
    expect(nextStep({ kind: 'success' }, schedule, 2, 0.5)).toEqual({
      event: 'attempt_succeeded',
      delayMs: 0,
      counted: true,
    });
  });

  it('waits as the schedule says, and gives up when it is exhausted', () => {
    expect(nextStep(failed, schedule, 0, 0.5)).toEqual({
      event: 'attempt_failed',
      delayMs: 10_000,
      counted: true,
    });
    expect(nextStep(failed, schedule, 1, 0.5)).toEqual({
      event: 'attempt_failed',
      delayMs: 100_000,
      counted: true,
    });
    expect(nextStep(failed, schedule, 2, 0.5).event).toBe('schedule_exhausted');
  });

  it('waits no shorter than Retry-After asks, and no shorter than the schedule', () => {
    expect(nextStep({ ...failed, retryAfterMs: 60_000 }, schedule, 0, 0.5).delayMs).toBe(60_000);
    expect(nextStep({ ...failed, retryAfterMs: 1_000 }, schedule, 0, 0.5).delayMs).toBe(10_000);
  });

  it('does not count what was our fault, not even on the last attempt', () => {
    const ours: Outcome = { kind: 'ours', code: 'proxy_failed', message: '' };
    expect(nextStep(ours, schedule, 2, 0.5)).toMatchObject({ event: 'attempt_failed', counted: false });
  });

  it('treats 410 as a failure of the delivery like any other', () => {
    const gone: Outcome = { kind: 'gone', code: 'gone', message: 'HTTP 410' };
    expect(nextStep(gone, schedule, 0, 0.5).event).toBe('attempt_failed');
    expect(nextStep(gone, schedule, 2, 0.5).event).toBe('schedule_exhausted');
  });
});

function response(statusCode: number, headers: Record<string, string | string[]> = {}): SendResult {
  return {
    kind: 'response',
    statusCode,
    headers,
    body: Buffer.alloc(0),
    bodyTruncated: false,
    bodyCut: null,
    timings: { totalMs: 1 },
    remoteAddress: null,
  };
}

function failure(code: Extract<SendResult, { kind: 'error' }>['code']): SendResult {
  return { kind: 'error', code, message: '', timings: { totalMs: 1 }, remoteAddress: null };
}
