import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { Omittable } from '../fields.js';

export class RotateSecret {
  /** How long the older secrets go on signing, in seconds: 0 ends them at once, at most 7 days. */
  @Omittable()
  @IsInt()
  @Min(0)
  @Max(604_800)
  expireOldAfterSeconds?: number = 86_400;

  /**
   * Your own secret; one is made when left out.
   * @example "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
   */
  @Omittable()
  @IsString()
  @MaxLength(200)
  secret?: string;
}

export class LiveSecretAnswer {
  /** @example "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=" */
  secret: string;
  /** Of an ed25519 secret: what receivers verify with. */
  publicKey: string | null;
  createdAt: Date;
  /** When it stops signing; null: it is the current one. */
  expiresAt: Date | null;
}

export class SecretAnswer extends LiveSecretAnswer {
  /** Older secrets that still sign, beside the current one. */
  old: LiveSecretAnswer[];
}
