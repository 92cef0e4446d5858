/**
 * How a receiver may treat a webhook, spelled as a path: an endpoint's URL then says what it will do to those who send
 * to it, and one receiver plays any number of parts at once.
 */

export type Behaviour =
  | { kind: 'answer'; status: number; headers?: Record<string, string>; afterMs?: number }
  | { kind: 'hang' }
  | { kind: 'flaky'; failures: number };

export const BEHAVIOURS: { path: string; about: string }[] = [
  { path: '/ok', about: '200' },
  { path: '/fail/:status', about: 'that status; /fail is 500' },
  { path: '/hang', about: 'never answers' },
  { path: '/redirect', about: '302 to /ok, which a sender must not follow' },
  { path: '/gone', about: '410: wants no more webhooks' },
  { path: '/rate-limited', about: '429 with Retry-After: 5' },
  { path: '/slow/:ms', about: '200 after so many milliseconds' },
  { path: '/flaky/:n', about: 'fails each webhook n times with 503, then takes it' },
];

const RETRY_AFTER_SECONDS = 5;

/** @returns undefined when the path names no behaviour. */
export function behaviourOf(path: string): Behaviour | undefined {
  const [, name = '', argument] = path.split('?', 1)[0]?.split('/') ?? [];
  const number = argument === undefined || argument === '' ? undefined : Number(argument);
  if (number !== undefined && !Number.isInteger(number)) return undefined;
  switch (name) {
    case 'ok':
      return { kind: 'answer', status: 200 };
    case 'fail':
      return isStatus(number ?? 500) ? { kind: 'answer', status: number ?? 500 } : undefined;
    case 'hang':
      return { kind: 'hang' };
    case 'redirect':
      return { kind: 'answer', status: 302, headers: { location: '/ok' } };
    case 'gone':
      return { kind: 'answer', status: 410 };
    case 'rate-limited':
      return { kind: 'answer', status: 429, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } };
    case 'slow':
      return { kind: 'answer', status: 200, afterMs: number ?? 1_000 };
    case 'flaky':
      return { kind: 'flaky', failures: number ?? 1 };
    default:
      return undefined;
  }
}

/** 1xx is no final answer. */
function isStatus(status: number): boolean {
  return status >= 200 && status <= 599;
}
