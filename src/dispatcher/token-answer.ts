/**
 * Reads what a token endpoint answered (RFC 6749, sections 5.1 and 5.2). Nothing of the answer is repeated in a
 * problem but the error's name, which the standard fixes: bodies of such servers may hold what was sent to them.
 */
import type { SendResult } from '../egress/egress.js';

export type TokenAnswer = { token: string; lifeMs: number } | { problem: string };

type Response = Extract<SendResult, { kind: 'response' }>;

/** Where the answer does not say (it should): short enough that nobody relies on it for long. */
const LIFE_SECONDS_DEFAULT = 300;
const LIFE_SECONDS_MAX = 86_400;

/** What a header's value may be without anybody having to quote it. */
const TOKEN = /^[\x21-\x7e]{1,12288}$/;
const ERROR_NAME = /^[a-z_]{1,40}$/;

export function readTokenAnswer({ statusCode, body, bodyTruncated }: Response): TokenAnswer {
  if (statusCode >= 300 && statusCode < 400)
    return { problem: `the token endpoint answered ${statusCode}: redirects are not followed` };
  const fields = bodyTruncated ? undefined : fieldsOf(body);
  if (statusCode !== 200) {
    const { error } = fields ?? {};
    const named = typeof error === 'string' && ERROR_NAME.test(error) ? ` ${error}` : '';
    return { problem: `the token endpoint answered ${statusCode}${named}` };
  }
  if (fields === undefined)
    return { problem: 'the token endpoint’s answer is not JSON, or longer than 16 KiB' };
  const { access_token: token, token_type: type, expires_in: seconds } = fields;
  if (typeof token !== 'string' || !TOKEN.test(token))
    return { problem: 'the token endpoint’s answer has no usable access_token' };
  // Servers that leave it out mean Bearer; one that says something else wants a protocol that we do not speak.
  if (type !== undefined && !(typeof type === 'string' && type.toLowerCase() === 'bearer'))
    return { problem: 'the token endpoint’s token_type is not Bearer' };
  return { token, lifeMs: lifeSeconds(seconds) * 1000 };
}

/** Some servers write the number as a string. */
function lifeSeconds(value: unknown): number {
  const seconds = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return seconds > 0 ? Math.min(seconds, LIFE_SECONDS_MAX) : LIFE_SECONDS_DEFAULT;
}

function fieldsOf(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
