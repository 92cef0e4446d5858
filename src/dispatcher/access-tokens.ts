/**
 * Access tokens for one endpoint (OAuth 2.0 client credentials, RFC 6749, section 4.4). A token is kept, in memory
 * only, until shortly before it expires. However many attempts need a new one, one request is under way for all of
 * them. The token endpoint is an address that a customer chose: it is reached through src/egress like any receiver,
 * under the same address policy, with a deadline and a bounded answer.
 *
 * Kept per process and per version of the endpoint: a few more tokens are asked for than with a shared store, and no
 * token is ever at rest.
 */
import type { Egress, PreparedRequest } from '../egress/egress.js';
import type { OAuth2Auth } from '../model/endpoint-auth.js';
import { basicAuthorization } from '../model/endpoint-auth.js';
import { blamesEndpoint } from '../model/error-code.js';
import { inTime } from '../within.js';
import { readTokenAnswer } from './token-answer.js';
import { unsent, type Unsent } from './outcome.js';

export type TokenOrNot = { kind: 'token'; value: string } | Unsent;

/** Servers answer tokens in well under a second; a longer wait would only fill lanes. */
const TOKEN_REQUEST_MS_MAX = 10_000;
/** A token must outlive the request that carries it, and clocks that differ a little. */
const EXPIRY_MARGIN_MS = 30_000;
/** Of tokens that live for so short that the margin would leave nothing of them: use them for this part of their life. */
const SHORT_LIFE_PART = 0.5;

export class AccessTokens {
  /** `usableUntil` is on the clock of performance.now(). */
  private current: { value: string; usableUntil: number } | undefined;
  private renewal: Promise<TokenOrNot> | undefined;

  constructor(
    private readonly client: OAuth2Auth,
    private readonly userAgent: string,
  ) {}

  /**
   * @param timeoutMs how long this caller can wait; the request that it waits for goes on for the others
   * @param refused a token that the receiver has just turned down: never answered again from memory
   */
  async get(egress: Pick<Egress, 'send'>, timeoutMs: number, refused?: string): Promise<TokenOrNot> {
    const { current } = this;
    if (current !== undefined && current.value !== refused && performance.now() < current.usableUntil) {
      return { kind: 'token', value: current.value };
    }
    this.renewal ??= this.renew(egress).finally(() => (this.renewal = undefined));
    return inTime(timeoutMs, this.renewal, () =>
      unsent('auth_token_failed', 'no token within the endpoint’s timeout'),
    );
  }

  private async renew(egress: Pick<Egress, 'send'>): Promise<TokenOrNot> {
    const askedAt = performance.now();
    const result = await egress.send(tokenRequest(this.client, this.userAgent));
    if (result.kind === 'error') {
      // A fault of ours or of our proxy stays one: the customer's server was not even asked.
      const code = blamesEndpoint(result.code) ? 'auth_token_failed' : result.code;
      return unsent(code, `the token endpoint was not reached: ${result.code}: ${result.message}`);
    }
    const answer = readTokenAnswer(result);
    if ('problem' in answer) return unsent('auth_token_failed', answer.problem);
    const { token, lifeMs } = answer;
    const usableMs = Math.max(lifeMs - EXPIRY_MARGIN_MS, lifeMs * SHORT_LIFE_PART);
    this.current = { value: token, usableUntil: askedAt + usableMs };
    return { kind: 'token', value: token };
  }
}

/** RFC 6749, section 2.3.1: id and secret are form-encoded, then Basic; every server has to support this way. */
function tokenRequest(client: OAuth2Auth, userAgent: string): PreparedRequest {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (client.scope !== undefined) form.set('scope', client.scope);
  if (client.audience !== undefined) form.set('audience', client.audience);
  return {
    url: client.tokenUrl,
    method: 'POST',
    headers: [
      ...[
        'authorization',
        basicAuthorization(formEncoded(client.clientId), formEncoded(client.clientSecret)),
      ],
      ...['content-type', 'application/x-www-form-urlencoded'],
      ...['accept', 'application/json'],
      ...['user-agent', userAgent],
    ],
    body: form.toString(),
    timeoutMs: TOKEN_REQUEST_MS_MAX,
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}
