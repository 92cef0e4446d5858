/** What an Authorization header carries. */
import { PosthornError } from '../errors.js';
import type { ApiRequest } from './request.js';

const SCHEME = /^bearer +/i;

/** Undefined when there is no such header. @throws PosthornError `unauthorized` when it is of another scheme */
export function bearerTokenOf(request: ApiRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  // Almost everybody writes it like this.
  if (header.startsWith('Bearer ')) return header.slice(7).trim();
  if (!SCHEME.test(header)) throw new PosthornError('unauthorized');
  return header.replace(SCHEME, '').trim();
}
