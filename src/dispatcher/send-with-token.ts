/**
 * Sends a request with an access token. A receiver that answers 401 may have revoked the token before its time: then it
 * is renewed, once, and the same request goes out again. Both are one attempt: one row in the log, with the second
 * answer and the time of everything, and one step of the schedule. A receiver that refuses the new token too has
 * refused the attempt.
 *
 * Everything together stays within the attempt's timeout, which is what its lease is made for.
 */
import type { Egress, PreparedRequest } from '../egress/egress.js';
import type { AccessTokens } from './access-tokens.js';
import type { AttemptResult } from './outcome.js';

export async function sendWithToken(
  request: PreparedRequest & { headers: string[] },
  tokens: AccessTokens,
  egress: Pick<Egress, 'send'>,
): Promise<AttemptResult> {
  const startedAt = performance.now();
  const leftMs = (): number => Math.ceil(request.timeoutMs - (performance.now() - startedAt));
  let tokenMs = 0;
  const timed = (result: AttemptResult): AttemptResult => {
    const totalMs = Math.round(performance.now() - startedAt);
    return { ...result, timings: { ...result.timings, totalMs, tokenMs: Math.round(tokenMs) } };
  };

  let refused: string | undefined;
  for (;;) {
    const askedAt = performance.now();
    const token = await tokens.get(egress, Math.max(0, leftMs()), refused);
    tokenMs += performance.now() - askedAt;
    if (token.kind === 'error') return timed(token);
    const headers = [...request.headers, 'authorization', `Bearer ${token.value}`];
    const result = await egress.send({ ...request, headers, timeoutMs: Math.max(0, leftMs()) });
    if (result.statusCode !== 401 || refused !== undefined || leftMs() <= 0) return timed(result);
    refused = token.value;
  }
}
