/**
 * Credentials toward a receiver, between the API and the store: what may be shown of them, what a change keeps, and
 * what cannot be sent. A secret is never shown again; `•••` stands for it, and in a change keeps it.
 */
import type { UrlPolicy } from '../../egress/url-policy.js';
import type { FieldProblem } from '../../errors.js';
import type { EndpointAuth } from '../../model/endpoint-auth.js';
import { validationFailed } from '../validation.js';
import type { AuthDto } from './auth.dto.js';
import { HIDDEN, judgedUrl } from './endpoint-checks.js';

/** With the token URL as it is to be stored. @throws PosthornError `endpoint_url_refused` */
export async function judgedAuth(
  policy: UrlPolicy,
  auth: AuthDto | null | undefined,
): Promise<EndpointAuth | null> {
  if (auth === null || auth === undefined) return null;
  if (auth.type !== 'oauth2') return { ...auth };
  return { ...auth, tokenUrl: await judgedUrl(policy, auth.tokenUrl, 'auth.tokenUrl') };
}

/**
 * The credentials as they are to be stored.
 * @throws PosthornError `validation_failed`
 */
export function wholeAuth(wanted: EndpointAuth | null, current: EndpointAuth | null): EndpointAuth | null {
  if (wanted === null) return null;
  const whole = keepHidden(wanted, current);
  const problems = problemsOf(whole);
  if (problems.length > 0) throw validationFailed(problems);
  return whole;
}

export function hiddenAuth(auth: EndpointAuth | null): EndpointAuth | null {
  switch (auth?.type) {
    case undefined:
      return null;
    case 'basic':
      return { ...auth, password: HIDDEN };
    case 'bearer':
      return { ...auth, token: HIDDEN };
    case 'oauth2':
      return { ...auth, clientSecret: HIDDEN };
  }
}

function keepHidden(wanted: EndpointAuth, current: EndpointAuth | null): EndpointAuth {
  if (wanted.type === 'basic' && current?.type === 'basic' && wanted.password === HIDDEN)
    return { ...wanted, password: current.password };
  if (wanted.type === 'bearer' && current?.type === 'bearer' && wanted.token === HIDDEN) return current;
  // Never to another address: whoever may change the URL is not thereby shown the secret.
  if (wanted.type === 'oauth2' && current?.type === 'oauth2' && wanted.clientSecret === HIDDEN)
    return wanted.tokenUrl === current.tokenUrl ? { ...wanted, clientSecret: current.clientSecret } : wanted;
  return wanted;
}

/** RFC 7617 leaves control characters out, and every sender and receiver would treat them differently. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;
const TOKEN = /^[\x21-\x7e]+$/;

const notKept = `${HIDDEN} keeps a value that is there already; give it anew`;

function problemsOf(auth: EndpointAuth): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const judge = (field: string, value: string, problem: string | false): void => {
    const message = value === HIDDEN ? notKept : problem;
    if (message !== false) problems.push({ path: `auth.${field}`, message });
  };
  const text = (value: string): string | false =>
    CONTROL.test(value) && 'must not contain control characters';
  switch (auth.type) {
    case 'basic':
      judge('username', auth.username, auth.username.includes(':') && 'must not contain a colon');
      judge('username', auth.username, text(auth.username));
      judge('password', auth.password, text(auth.password));
      return problems;
    case 'bearer':
      judge('token', auth.token, !TOKEN.test(auth.token) && 'must be visible ASCII without spaces');
      return problems;
    case 'oauth2':
      judge('clientId', auth.clientId, text(auth.clientId));
      judge('clientSecret', auth.clientSecret, text(auth.clientSecret));
      return problems;
  }
}
