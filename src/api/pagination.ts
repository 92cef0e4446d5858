/**
 * Pages of a list, newest first. A cursor is the id of the last row that was looked at, and the next page begins below
 * it: rows that arrive meanwhile have higher ids, so a walk neither skips a row nor sees one twice. The price: there is
 * no page number to jump to, and no total.
 *
 * A cursor belongs to the list that gave it out and to its filters. With another list's cursor or with other filters a
 * page would look right and be wrong, so it carries a fingerprint of both and is refused when they differ. It is no
 * secret and needs no signature: whatever a forged one says, the list's own conditions still hold.
 */
import { createHash } from 'node:crypto';
import { PosthornError } from '../errors.js';

export const PAGE_LIMIT_MAX = 200;
export const PAGE_LIMIT_DEFAULT = 50;

/** One page; `nextCursor` is null on the last one. */
export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/** The place of one request in one list. */
export class PagePosition {
  private readonly fingerprint: Buffer;

  /**
   * @param list the list's name: `deliveries`, `events`
   * @param filters everything that chooses rows; undefined means not given
   */
  constructor(list: string, filters: object = {}) {
    const given = Object.entries(filters)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    this.fingerprint = createHash('sha256')
      .update(JSON.stringify([list, given]))
      .digest()
      .subarray(0, FINGERPRINT_BYTES);
  }

  /** The id below which the page begins; undefined: at the newest row. @throws PosthornError `cursor_invalid` */
  before(cursor: string | undefined): string | undefined {
    if (cursor === undefined) return undefined;
    if (!CURSOR_FORM.test(cursor)) throw new PosthornError('cursor_invalid');
    const bytes = Buffer.from(cursor, 'base64url');
    if (!bytes.subarray(ID_BYTES).equals(this.fingerprint)) throw new PosthornError('cursor_invalid');
    return toUuid(bytes.toString('hex', 0, ID_BYTES));
  }

  cursorAfter(id: string): string {
    return Buffer.concat([Buffer.from(id.replaceAll('-', ''), 'hex'), this.fingerprint]).toString(
      'base64url',
    );
  }

  /** The page made of up to `limit + 1` rows: the one too many only says that there is more. */
  page<Row extends { id: string }, T>(rows: Row[], limit: number, toItem: (row: Row) => T): Page<T> {
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      data: rows.slice(0, limit).map(toItem),
      nextCursor: last === undefined ? null : this.cursorAfter(last.id),
    };
  }
}

const ID_BYTES = 16;
/** Two lists share a fingerprint by accident once in 2^64. */
const FINGERPRINT_BYTES = 8;
/** 24 bytes are 32 characters without padding, and each cursor has one spelling only. */
const CURSOR_FORM = /^[A-Za-z0-9_-]{32}$/;

function toUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Query strings hold text. What is not plainly a whole number stays as it is and is refused by the rules after this. */
export function wholeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}
