import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageQuery } from '../../src/api/page.dto.js';
import { PagePosition } from '../../src/api/pagination.js';
import { newUuid } from '../../src/model/id.js';

const ID = '0198c0de-0000-7000-8000-00000000abcd';

describe('PagePosition', () => {
  it('finds its way back from its own cursor', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.dictionary(fc.string(), fc.string()), (id, filters) => {
        const position = new PagePosition('deliveries', filters);
        expect(position.before(position.cursorAfter(id))).toBe(id);
      }),
    );
  });

  it('takes filters in any order, and those that are not given as absent', () => {
    const cursor = new PagePosition('deliveries', { status: 'failed', endpoint: 'a' }).cursorAfter(ID);
    expect(
      new PagePosition('deliveries', { endpoint: 'a', status: 'failed', type: undefined }).before(cursor),
    ).toBe(ID);
  });

  it.each([
    ['another list', new PagePosition('events', { type: 'a' })],
    ['another filter', new PagePosition('deliveries', { type: 'b' })],
    ['one filter more', new PagePosition('deliveries', { type: 'a', status: 'failed' })],
    ['no filter', new PagePosition('deliveries')],
  ])('refuses the cursor of %s', (_, other) => {
    const cursor = new PagePosition('deliveries', { type: 'a' }).cursorAfter(ID);
    expect(() => other.before(cursor)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
  });

  it('refuses everything that is not a cursor', () => {
    const position = new PagePosition('deliveries');
    const cursor = position.cursorAfter(ID);
    for (const text of ['', 'x', cursor.slice(1), `${cursor}A`, `${cursor.slice(0, -1)}=`, '💥', ID]) {
      expect(() => position.before(text), text).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
    }
  });

  it('walks the rows that were there at the start once each, whatever arrives meanwhile', () => {
    const arrivals = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 7 }), fc.nat({ max: 40 }), (arriving, limit, count) => {
        let nowMs = 1_700_000_000_000;
        const table = Array.from({ length: count }, () => newUuid((nowMs += 1)));
        const atStart = table.toReversed();
        const seen: string[] = [];
        const position = new PagePosition('rows');
        let cursor: string | undefined;
        for (let page = 0; ; page++) {
          const before = position.before(cursor) ?? '~';
          const rows = table
            .filter((id) => id < before)
            .sort()
            .reverse()
            .slice(0, limit + 1);
          const { data, nextCursor } = position.page(
            rows.map((id) => ({ id })),
            limit,
            (row) => row.id,
          );
          seen.push(...data);
          if (nextCursor === null) break;
          cursor = nextCursor;
          for (let n = arriving[page % arriving.length]!; n > 0; n--) table.push(newUuid((nowMs += 1)));
        }
        expect(seen).toEqual(atStart);
      }),
    );
  });
});

describe('PageQuery', () => {
  const problems = (query: object) =>
    validateSync(plainToInstance(PageQuery, query)).map((error) => error.property);

  it.each(['1', '50', '200'])('takes limit=%s', (limit) => {
    expect(problems({ limit })).toEqual([]);
  });

  it('gives 50 rows when nobody asks for another number', () => {
    expect(plainToInstance(PageQuery, {}).limit).toBe(50);
  });

  it.each(['0', '201', '-1', '1.5', '1e2', '', ' 5', 'all', '99999999999', 'NaN', ['1', '2']])(
    'refuses limit=%s',
    (limit) => {
      expect(problems({ limit })).toEqual(['limit']);
    },
  );
});
