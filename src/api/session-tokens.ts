/**
 * Signed, short-lived tokens for people: the console's cookie and the portal's link. They are JWTs (RFC 7519, HS256), so
 * that any process can check one without asking another, and nothing is stored that could be stolen.
 *
 * Each audience signs with a key of its own, derived (HKDF, RFC 5869) from the keys that seal secrets: a token of one
 * audience can never pass for another's, and rotating ENCRYPTION_KEY keeps sessions valid as long as it keeps secrets
 * readable. What it trades away: a token by itself cannot be taken back before it expires. Each audience therefore binds
 * its tokens to something that can be (an API key, a tenant), which is looked up when the token is shown; and the console
 * keeps the ids of those that were signed out of.
 */
import { createHash, hkdfSync } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../store/clock.js';

export type Audience = 'console' | 'portal';

interface SigningKey {
  id: string;
  bytes: Uint8Array;
}

const ALGORITHM = 'HS256';
const ISSUER = 'posthorn';
const KEY_BYTES = 32;
/** No clock is far from the database's; a token of the very last second may still be on its way. */
const CLOCK_TOLERANCE_SECONDS = 5;

export class SessionTokens {
  private readonly keys: Record<Audience, SigningKey[]>;

  /** @param encryptionKeys the first signs, all of them verify */
  constructor(
    encryptionKeys: Buffer[],
    private readonly clock: Clock,
  ) {
    const derived = (audience: Audience) => encryptionKeys.map((key) => deriveKey(key, audience));
    this.keys = { console: derived('console'), portal: derived('portal') };
  }

  async sign(
    audience: Audience,
    token: { subject: string; id: string; claims?: Record<string, string>; expiresAt: Date },
  ): Promise<string> {
    const key = this.keys[audience][0]!;
    return new SignJWT(token.claims ?? {})
      .setProtectedHeader({ alg: ALGORITHM, kid: key.id })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setSubject(token.subject)
      .setJti(token.id)
      .setIssuedAt(new Date(this.clock.nowMs()))
      .setExpirationTime(token.expiresAt)
      .sign(key.bytes);
  }

  /** What the token says, or undefined when it is not ours, not for this audience, or expired. */
  async verify(audience: Audience, token: string): Promise<VerifiedToken | undefined> {
    try {
      const { payload } = await jwtVerify<{ rights?: unknown; by?: unknown }>(
        token,
        ({ kid }) => this.keyOf(audience, kid),
        {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience,
          requiredClaims: ['sub', 'exp', 'jti'],
          currentDate: new Date(this.clock.nowMs()),
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
        },
      );
      const { sub, jti, exp, rights, by } = payload;
      return { subject: sub!, id: jti!, expiresAt: new Date(exp! * 1000), rights, by };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private keyOf(audience: Audience, kid: string | undefined): Uint8Array {
    const key = this.keys[audience].find(({ id }) => id === kid);
    if (key === undefined) throw new errors.JWSSignatureVerificationFailed();
    return key.bytes;
  }
}

export interface VerifiedToken {
  subject: string;
  id: string;
  expiresAt: Date;
  /** Of a portal's token: what it may do, and the key that it was made with. */
  rights: unknown;
  by: unknown;
}

function deriveKey(encryptionKey: Buffer, audience: Audience): SigningKey {
  const bytes = new Uint8Array(
    hkdfSync('sha256', encryptionKey, Buffer.alloc(0), `posthorn session token: ${audience}`, KEY_BYTES),
  );
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}
