/**
 * What is secret was given for one server. Whoever leads the endpoint to another one must give it anew, or leave it out:
 * else everybody who may change a URL could read what no answer shows, by having it sent to a server of their own.
 * (A token URL has the same rule; see auth-fields.ts. A client key is never sent, and stays.)
 */
import type { FieldProblem } from '../../errors.js';
import type { EndpointAuth } from '../../model/endpoint-auth.js';
import type { OpenOptions } from '../../store/sealed-options.js';
import { validationFailed } from '../validation.js';
import { HIDDEN } from './endpoint-checks.js';
import type { UpdateEndpoint } from './endpoint.dto.js';

/** An endpoint before the change. */
export type LedBefore = Pick<OpenOptions, 'headers' | 'auth'> & { url: string };

const message = 'was given for another server than the URL leads to now: give it anew, or leave it out';

/** @throws PosthornError `validation_failed` */
export function checkTakenAlong(
  { headers, auth }: Pick<UpdateEndpoint, 'headers' | 'auth'>,
  before: LedBefore,
  urlAfter: string,
): void {
  if (new URL(before.url).origin === new URL(urlAfter).origin) return;
  const problems: FieldProblem[] = keptNames(headers, before.headers).map((name) => ({
    path: `headers.${name}`,
    message,
  }));
  if (before.auth !== null && (auth === undefined || hasHidden(auth)))
    problems.push({ path: 'auth', message });
  if (problems.length > 0) throw validationFailed(problems);
}

function keptNames(wanted: UpdateEndpoint['headers'], current: Record<string, string>): string[] {
  if (wanted === undefined) return Object.keys(current);
  return Object.entries(wanted ?? {}).flatMap(([name, value]) => (value === HIDDEN ? [name] : []));
}

function hasHidden(auth: EndpointAuth | null): boolean {
  switch (auth?.type) {
    case undefined:
      return false;
    case 'basic':
      return auth.password === HIDDEN;
    case 'bearer':
      return auth.token === HIDDEN;
    case 'oauth2':
      return auth.clientSecret === HIDDEN;
  }
}
