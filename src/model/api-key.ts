/**
 * API keys: `phk_`, 256 random bits in base62, and a CRC-32 of them, as GitHub's tokens have it. The prefix lets
 * secret scanners find a leaked key; the checksum lets a typo or an invented key be refused without a look-up.
 *
 * The key that an operator gives in ADMIN_API_KEY may have any other form.
 */
import { crc32 } from 'node:zlib';

export const keyRoles = ['admin', 'emitter', 'support'] as const;
export type KeyRole = (typeof keyRoles)[number];

const PREFIX = 'phk_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const API_KEY_RANDOM_BYTES = 32;
/** 62^43 > 2^256 and 62^6 > 2^32. */
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const FORM = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

/** @param random 32 bytes from a cryptographic source */
export function formatApiKey(random: Uint8Array): string {
  const body = base62(BigInt(`0x${Buffer.from(random).toString('hex')}`), RANDOM_LENGTH);
  return PREFIX + body + checksum(body);
}

/** False for what claims to be one of our keys and cannot be: its checksum is wrong. Other forms may be anything. */
export function isPlausibleApiKey(token: string): boolean {
  if (!token.startsWith(PREFIX)) return true;
  if (!FORM.test(token)) return false;
  const body = token.slice(PREFIX.length, PREFIX.length + RANDOM_LENGTH);
  return token.endsWith(checksum(body));
}

/** What tells keys apart in a list. They are characters of the checksum: nothing of the random part is given away. */
export function apiKeyHint(key: string): string {
  return key.slice(-4);
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

function base62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; rest > 0n; rest /= 62n) digits = ALPHABET[Number(rest % 62n)]! + digits;
  return digits.padStart(length, ALPHABET[0]);
}
