/**
 * Whether a webhook comes from Posthorn, and what it says. The check itself is that of `standardwebhooks`, the published
 * library of the specification; here the headers of Node and of `fetch` are made into what it takes, and the body is
 * given a type.
 *
 * The body must be the bytes as they came. Parsed and written anew it is other bytes, and its signature is wrong.
 */
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

export { WebhookVerificationError };

/** The body of an endpoint whose `bodyFormat` is `standard`. */
export interface WebhookBody<Data = unknown> {
  type: string;
  timestamp: string;
  data: Data;
}

export interface VerifiedWebhook<Body> {
  /** The event's id: the same in every retry and replay. What was seen already need not be done again. */
  id: string;
  body: Body;
}

export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>;

/**
 * @param secret of the endpoint, `whsec_…`
 * @throws WebhookVerificationError when it is not genuine, or older than five minutes
 */
export function verifyWebhook<Body = WebhookBody>(
  payload: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string,
): VerifiedWebhook<Body> {
  const plain = plainHeaders(headers);
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString('utf8');
  const body = new Webhook(secret).verify(text, plain) as Body;
  return { id: plain['webhook-id']!, body };
}

/** With lower-case names, as Node and `Headers` have them already. */
function plainHeaders(headers: WebhookHeaders): Record<string, string> {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(
    entries
      .filter((entry): entry is [string, string | string[]] => entry[1] !== undefined)
      .map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
