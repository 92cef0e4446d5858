/**
 * The signature headers of other systems, sent beside `webhook-signature` to endpoints that ask for them, so that a
 * receiver written for one of those verifies ours with the library it has. Each checks with the vendor's own published
 * library in test/unit/compatible-signatures.test.ts.
 *
 * GitHub and Stripe take the secret as the text that it is, `whsec_` and all; Svix decodes it, as Standard Webhooks does.
 *
 * @see https://docs.svix.com/receiving/verifying-payloads/how-manual
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 * @see https://docs.stripe.com/webhooks#verify-manually
 */
import { createHmac } from 'node:crypto';
import type { SignatureProfile } from '../model/endpoint.js';

export interface SignedMessage {
  webhookId: string;
  /** In seconds. */
  timestamp: number;
  body: string;
  /** The value of `webhook-signature`. */
  signature: string;
}

/** @param secrets those that sign now, the newest first */
export function compatibleHeaders(
  profile: SignatureProfile,
  secrets: readonly string[],
  { webhookId, timestamp, body, signature }: SignedMessage,
): [name: string, value: string][] {
  switch (profile) {
    case 'none':
      return [];
    case 'svix':
      return [
        ['svix-id', webhookId],
        ['svix-timestamp', String(timestamp)],
        ['svix-signature', signature],
      ];
    case 'github':
      // The header has room for one: from a rotation on it is the new secret's.
      return secrets.slice(0, 1).map((secret) => ['x-hub-signature-256', `sha256=${hex(secret, body)}`]);
    case 'stripe': {
      const signatures = secrets.map((secret) => `v1=${hex(secret, `${timestamp}.${body}`)}`);
      return [['stripe-signature', [`t=${timestamp}`, ...signatures].join(',')]];
    }
  }
}

/** What a profile sends, in lower case: custom headers of these names give way. */
export const compatibleNames: Record<SignatureProfile, readonly string[]> = {
  none: [],
  svix: ['svix-id', 'svix-timestamp', 'svix-signature'],
  github: ['x-hub-signature-256'],
  stripe: ['stripe-signature'],
};

function hex(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
