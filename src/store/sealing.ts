/**
 * Secrets at rest: AES-256-GCM (NIST SP 800-38D) under a key from outside the database, so that a dump or a replica
 * gives away no tenant's signing secret. What a value belongs to is authenticated with it (tenant, endpoint and
 * purpose as additional data): a row copied to another tenant does not open.
 *
 * Layout: version (1 byte) · key id (4 bytes, of the key's SHA-256) · nonce (12) · tag (16) · ciphertext.
 * Several keys may be given for rotation: the first seals, all of them open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;

/** What a sealed value belongs to; opening it for anything else fails. */
export interface SealContext {
  tenantId: string;
  endpointId: string;
  purpose: 'secret' | 'headers' | 'client_key' | 'authentication';
}

/** Thrown when a sealed value cannot be opened: an unknown key, a changed byte, or another owner's value. */
export class SealBrokenError extends Error {
  override name = 'SealBrokenError';
}

export class Sealer {
  private readonly keys: { id: Buffer; key: Buffer }[];

  /** @param keys 32 bytes each; at least one. */
  constructor(keys: Buffer[]) {
    if (keys.length === 0) throw new Error('Sealer needs at least one key');
    this.keys = keys.map((key) => ({ id: keyId(key), key }));
  }

  seal(plain: string, context: SealContext): Buffer {
    const { id, key } = this.keys[0]!;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(additionalData(context));
    const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), id, nonce, cipher.getAuthTag(), ciphertext]);
  }

  /** @throws SealBrokenError */
  open(sealed: Buffer, context: SealContext): string {
    if (sealed.length < HEADER_BYTES || sealed[0] !== VERSION)
      throw new SealBrokenError('not a sealed value');
    const id = sealed.subarray(1, 1 + KEY_ID_BYTES);
    const entry = this.keys.find((candidate) => candidate.id.equals(id));
    if (entry === undefined) {
      throw new SealBrokenError(`sealed under key ${id.toString('hex')}, which ENCRYPTION_KEY does not hold`);
    }
    const nonce = sealed.subarray(1 + KEY_ID_BYTES, 1 + KEY_ID_BYTES + NONCE_BYTES);
    const tag = sealed.subarray(HEADER_BYTES - TAG_BYTES, HEADER_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', entry.key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(additionalData(context))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES)), decipher.final()]).toString(
        'utf8',
      );
    } catch (cause) {
      throw new SealBrokenError('the sealed value or its owner was changed', { cause });
    }
  }

  /** Of the first key: what is sealed under it, a key rotation may leave alone. */
  get currentKeyId(): Buffer {
    return this.keys[0]!.id;
  }
}

function keyId(key: Buffer): Buffer {
  return createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES);
}

function additionalData(context: SealContext): Buffer {
  return Buffer.from(`posthorn:${context.purpose}:${context.tenantId}:${context.endpointId}`);
}
