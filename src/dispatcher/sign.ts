/**
 * Signatures of Standard Webhooks 1.0.0: over `id.timestamp.body`, one for each live secret, space-separated.
 * `v1,` is HMAC-SHA256 under a `whsec_` secret; `v1a,` is ed25519 under a `whsk_` key.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac, createPrivateKey, createSecretKey, sign as signWith, type KeyObject } from 'node:crypto';

export type SigningKey = { scheme: 'v1'; key: KeyObject } | { scheme: 'v1a'; key: KeyObject };

/** The key inside `whsec_…` or `whsk_…`. @throws Error when it is neither: a fault of ours, secrets are checked when saved. */
export function parseSigningKey(secret: string): SigningKey {
  if (secret.startsWith('whsec_')) {
    return { scheme: 'v1', key: createSecretKey(Buffer.from(secret.slice(6), 'base64')) };
  }
  if (secret.startsWith('whsk_')) {
    // The seed is the first half of a 64-byte key pair, or all of a 32-byte one.
    const seed = Buffer.from(secret.slice(5), 'base64').subarray(0, 32);
    const der = Buffer.concat([ED25519_PKCS8_PREFIX, seed]);
    return { scheme: 'v1a', key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
  }
  throw new Error('a signing secret must begin with whsec_ or whsk_');
}

/** The ASN.1 that stands before the 32-byte seed in PKCS #8. @see RFC 8410, section 7 */
const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The value of `webhook-signature`. `timestamp` is in seconds. */
export function sign(
  keys: readonly SigningKey[],
  webhookId: string,
  timestamp: number,
  body: string,
): string {
  const head = `${webhookId}.${timestamp}.`;
  let header = '';
  for (const key of keys) {
    if (header !== '') header += ' ';
    header += `${key.scheme},${signature(key, head, body)}`;
  }
  return header;
}

function signature(key: SigningKey, head: string, body: string): string {
  switch (key.scheme) {
    case 'v1':
      return createHmac('sha256', key.key).update(head).update(body).digest('base64');
    case 'v1a':
      return signWith(null, Buffer.from(head + body), key.key).toString('base64');
  }
}
