/** What an endpoint may not be, beyond the form of its fields: judged by the rules that hold when it is called. */
import { judgeCustomHeaders } from '../../egress/header-policy.js';
import type { UrlPolicy } from '../../egress/url-policy.js';
import { PosthornError, type FieldProblem } from '../../errors.js';
import type { EndpointAuth } from '../../model/endpoint-auth.js';
import type { TlsIdentity } from '../../model/endpoint-tls.js';
import type { BodyFormat, Payload, SignatureProfile, Signing } from '../../model/endpoint.js';
import { Filter } from '../../model/filter.js';
import type { JsonObject } from '../../model/json.js';
import type { RetrySchedule } from '../../model/retry-schedule.js';
import type { Transformer } from '../../transformation/transformer.js';
import { validationFailed } from '../validation.js';

/** Stands for a header's value, which is nobody's to read again. No header can have it: it is not latin1. */
export const HIDDEN = '•••';

/** @throws PosthornError `validation_failed` */
export function checkRetry(retry: RetrySchedule): void {
  if ('scheduleSeconds' in retry || retry.maxSeconds >= retry.baseSeconds) return;
  throw validationFailed([
    { path: 'retry.maxSeconds', message: `must not be less than baseSeconds (${retry.baseSeconds})` },
  ]);
}

/** The URL as it is to be stored. @throws PosthornError `endpoint_url_refused` */
export async function judgedUrl(policy: UrlPolicy, url: string, path = 'url'): Promise<string> {
  const verdict = await policy.judgeResolved(url);
  if (verdict.allowed) return verdict.url.href;
  throw new PosthornError('endpoint_url_refused', verdict.reason, {
    errors: [{ path, message: verdict.reason }],
  });
}

/** @throws PosthornError `endpoint_headers_refused` */
export function checkHeaders(headers: Record<string, string>): void {
  const problems = judgeCustomHeaders(headers);
  if (problems.length === 0) return;
  throw new PosthornError('endpoint_headers_refused', undefined, {
    errors: problems.map(({ name, reason }) => ({
      path: name === '' ? 'headers' : `headers.${name}`,
      message: reason,
    })),
  });
}

/** @throws PosthornError `filter_invalid` */
export function checkFilter(filter: JsonObject | null | undefined): void {
  if (filter === null || filter === undefined) return;
  const read = Filter.read(filter);
  if ('filter' in read) return;
  const [first] = read.problems;
  throw new PosthornError('filter_invalid', `${first!.path} ${first!.message}.`, { errors: read.problems });
}

/** Only read, not run. @throws PosthornError `transformation_invalid` */
export async function checkTransformation(
  transformer: Transformer,
  expression: string | null | undefined,
): Promise<void> {
  if (expression === null || expression === undefined) return;
  const read = await transformer.transform('checks', expression, null, CHECK_WAIT_MS);
  if (read.kind === 'body') return;
  if (read.kind === 'unavailable')
    throw new PosthornError('rate_limited', 'Too many transformations are being checked.', {
      retryAfterSeconds: 5,
    });
  throw new PosthornError('transformation_invalid', read.message, {
    errors: [{ path: 'transformation', message: read.message }],
  });
}

const CHECK_WAIT_MS = 5_000;

export interface WholeEndpoint {
  transformation: string | null;
  bodyFormat: BodyFormat;
  payload: Payload;
  url: string;
  signing: Signing;
  signatureProfile: SignatureProfile;
  headers: Record<string, string>;
  auth: EndpointAuth | null;
  tls: TlsIdentity | null;
}

/**
 * What has to fit together, in an endpoint as it would be.
 * @throws PosthornError `validation_failed`
 */
export function checkWhole({
  transformation,
  bodyFormat,
  payload,
  url,
  signing,
  signatureProfile,
  headers,
  auth,
  tls,
}: WholeEndpoint): void {
  const problems: FieldProblem[] = [];
  if (signatureProfile !== 'none' && signing !== 'hmac')
    problems.push({
      path: 'signatureProfile',
      message: 'goes with signing "hmac" only: these signatures take a shared secret',
    });
  if (auth !== null && Object.keys(headers).some((name) => name.toLowerCase() === 'authorization'))
    problems.push({ path: 'auth', message: 'sends a header authorization, which headers has as well' });
  if (transformation !== null && (bodyFormat === 'cloudevents' || payload === 'thin'))
    problems.push({
      path: 'transformation',
      message: 'makes the whole body: it goes neither with bodyFormat "cloudevents" nor with payload "thin"',
    });
  if (tls !== null && !url.startsWith('https:'))
    problems.push({ path: 'tls', message: 'goes with an https URL only' });
  if (problems.length > 0) throw validationFailed(problems);
}

/** `•••` keeps the value that the header has now. */
export function keepHidden(
  wanted: Record<string, string>,
  current: Record<string, string>,
): Record<string, string> {
  const values = new Map(Object.entries(current).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(
    Object.entries(wanted).map(([name, value]) => [
      name,
      value === HIDDEN ? (values.get(name.toLowerCase()) ?? value) : value,
    ]),
  );
}
