/** Reads the 32 hex digits of `evt_…` straight from the bytes of a message into four words. */
const NIBBLES = new Uint8Array(256);
for (let value = 0; value < 16; value++) NIBBLES[value.toString(16).charCodeAt(0)] = value;

export const ID_PREFIX = Buffer.from('evt_');

/** @param at where the digits begin */
export function readId(bytes: Buffer, at: number, into: Uint32Array, offset = 0): void {
  for (let word = 0; word < 4; word++) {
    let value = 0;
    for (let digit = 0; digit < 8; digit++) value = (value << 4) | NIBBLES[bytes[at++]!]!;
    into[offset + word] = value;
  }
}

/** The words as the ledger writes them. */
export function toUuid(words: Uint32Array, offset = 0): string {
  let hex = '';
  for (let word = 0; word < 4; word++) hex += words[offset + word]!.toString(16).padStart(8, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
