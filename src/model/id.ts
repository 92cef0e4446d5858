/**
 * Identifiers. Outside, an id is a prefix and 32 hex digits (`evt_0198c0de…`); inside, it is the UUIDv7
 * those digits spell, so that rows sort by the time of their making and partitions can be cut by day.
 */
import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';

export type IdPrefix =
  'ten' | 'ep' | 'evt' | 'dlv' | 'att' | 'rpl' | 'key' | 'aud' | 'sec' | 'bct' | 'lsn' | 'lrq';

/** Random bits are fetched a page at a time: asking for the few of one id costs more than the rest of making it. */
const pool = new Uint32Array(1024);
let drawn = pool.length;

const generator = new V7Generator({
  nextUint32: () => {
    if (drawn === pool.length) {
      randomFillSync(pool);
      drawn = 0;
    }
    return pool[drawn++]!;
  },
});

/**
 * How far the clock may step back before the generator gives up being monotonic, in milliseconds.
 * Within it, ids keep rising although the clock does not; past it, the new time is taken as true.
 */
const ROLLBACK_MS_MAX = 10_000;

/** A new UUIDv7 for the instant `nowMs` (milliseconds since the epoch); rises within one process. */
export function newUuid(nowMs: number): string {
  return generator.generateOrResetCore(Math.floor(nowMs), ROLLBACK_MS_MAX).toString();
}

/** `('evt', '0198c0de-…')` → `evt_0198c0de…`. */
export function toPublicId(prefix: IdPrefix, uuid: string): string {
  return `${prefix}_${uuid.replaceAll('-', '')}`;
}

const HEX32 = /^[0-9a-f]{32}$/;

/** `evt_0198c0de…` → the UUID, or `undefined` when it is not an id with this prefix. */
export function fromPublicId(prefix: IdPrefix, id: string): string | undefined {
  if (!id.startsWith(`${prefix}_`)) return undefined;
  const hex = id.slice(prefix.length + 1);
  if (!HEX32.test(hex)) return undefined;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The instant in a UUIDv7, in milliseconds since the epoch. */
export function uuidTimeMs(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** The lowest UUID of the instant `timeMs`: the bound to compare with when searching or cutting by time. */
export function lowestUuidAt(timeMs: number): string {
  const hex = Math.max(0, Math.floor(timeMs)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}
