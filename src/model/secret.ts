/**
 * Signing secrets as Standard Webhooks writes them: `whsec_` and the base64 of 24–64 random bytes for HMAC; for
 * ed25519 `whsk_` and the base64 of the seed, alone (32 bytes) or with its public key (64 bytes), which receivers
 * are given as `whpk_…`.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { Signing } from './endpoint.js';

const HMAC_PREFIX = 'whsec_';
const ED25519_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';
/** As long as the hash's output: longer keys add nothing to HMAC-SHA256. */
export const SECRET_RANDOM_BYTES = 32;
const HMAC_BYTES_MIN = 24;
const HMAC_BYTES_MAX = 64;
const SEED_BYTES = 32;

/** @param random 32 bytes from a cryptographic source */
export function formatSecret(signing: Signing, random: Buffer): string {
  switch (signing) {
    case 'hmac':
      return HMAC_PREFIX + random.toString('base64');
    case 'ed25519':
      return ED25519_PREFIX + Buffer.concat([random, publicKeyBytes(random)]).toString('base64');
  }
}

/** Why a customer's own secret cannot be taken, or undefined. */
export function secretProblem(signing: Signing, secret: string): string | undefined {
  const prefix = signing === 'hmac' ? HMAC_PREFIX : ED25519_PREFIX;
  if (!secret.startsWith(prefix)) return `must begin with ${prefix}`;
  const encoded = secret.slice(prefix.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Receivers' libraries differ in what else they decode.
  if (bytes.toString('base64') !== encoded) return `must be ${prefix} and standard base64, padded`;
  switch (signing) {
    case 'hmac':
      return bytes.length < HMAC_BYTES_MIN || bytes.length > HMAC_BYTES_MAX
        ? `must hold ${HMAC_BYTES_MIN} to ${HMAC_BYTES_MAX} bytes, not ${bytes.length}`
        : undefined;
    case 'ed25519':
      if (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES) {
        return `must hold ${SEED_BYTES} or ${2 * SEED_BYTES} bytes, not ${bytes.length}`;
      }
      return bytes.length === SEED_BYTES || publicKeyBytes(bytes).equals(bytes.subarray(SEED_BYTES))
        ? undefined
        : 'must end with the public key of its seed';
  }
}

/** `whpk_…` of a `whsk_…`: all that a receiver needs. Undefined for HMAC, where both sides hold the same secret. */
export function publicKeyOf(secret: string): string | undefined {
  if (!secret.startsWith(ED25519_PREFIX)) return undefined;
  return PUBLIC_PREFIX + publicKeyBytes(seedOf(secret)).toString('base64');
}

/** A public key as receivers' JOSE libraries take it. @see RFC 8037, section 2 */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  use: 'sig';
  alg: 'EdDSA';
}

/** Undefined for HMAC. The key's id is its thumbprint. @see RFC 7638 */
export function publicJwkOf(secret: string): PublicJwk | undefined {
  if (!secret.startsWith(ED25519_PREFIX)) return undefined;
  const x = publicKeyBytes(seedOf(secret)).toString('base64url');
  const canonical = `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`;
  const kid = createHash('sha256').update(canonical).digest('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' };
}

function seedOf(secret: string): Buffer {
  return Buffer.from(secret.slice(ED25519_PREFIX.length), 'base64');
}

/** The ASN.1 that stands before the 32-byte seed in PKCS #8. @see RFC 8410, section 7 */
const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function publicKeyBytes(seedFirst: Buffer): Buffer {
  const der = Buffer.concat([ED25519_PKCS8_PREFIX, seedFirst.subarray(0, SEED_BYTES)]);
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
}
