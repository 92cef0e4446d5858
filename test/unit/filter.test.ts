import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Filter, FilteredEvent } from '../../src/model/filter.js';

const invoice = {
  type: 'invoice.paid',
  tags: ['billing', 'eu'],
  data: {
    amount: 120,
    currency: 'EUR',
    note: null,
    paid: true,
    customer: { country: 'DE', email: 'ann@example.com' },
    lines: [
      { sku: 'A-1', quantity: 2 },
      { sku: 'B-2', quantity: 50 },
    ],
    days: [1, 15],
    none: [],
  },
};

describe('a filter', () => {
  it.each([
    ['a plain value', { data: { currency: 'EUR' } }, true],
    ['another plain value', { data: { currency: 'USD' } }, false],
    ['null, which is not nothing', { data: { note: null } }, true],
    ['null, where there is nothing', { data: { missing: null } }, false],
    ['a number, not its text', { data: { amount: '120' } }, false],
    ['$eq', { data: { paid: { $eq: true } } }, true],
    ['$ne', { data: { currency: { $ne: 'USD' } } }, true],
    ['$ne, where there is nothing', { data: { missing: { $ne: 1 } } }, true],
    ['$gt at its bound', { data: { amount: { $gt: 120 } } }, false],
    ['$gte at its bound', { data: { amount: { $gte: 120 } } }, true],
    ['$lt at its bound', { data: { amount: { $lt: 120 } } }, false],
    ['$lte at its bound', { data: { amount: { $lte: 120 } } }, true],
    ['a range', { data: { amount: { $gte: 100, $lt: 200 } } }, true],
    ['texts in their order', { data: { currency: { $gt: 'ABC' } } }, true],
    ['a text against a number', { data: { currency: { $gt: 1 } } }, false],
    ['$in', { data: { currency: { $in: ['EUR', 'CHF'] } } }, true],
    ['$nin', { data: { currency: { $nin: ['EUR', 'CHF'] } } }, false],
    ['$exist', { data: { amount: { $exist: true }, missing: { $exist: false } } }, true],
    ['$exist of null', { data: { note: { $exist: true } } }, true],
    ['$startsWith', { data: { customer: { email: { $startsWith: 'ann@' } } } }, true],
    [
      '$regex, anywhere in the text',
      { data: { customer: { email: { $regex: '@example\\.(com|org)$' } } } },
      true,
    ],
    ['$regex on a number', { data: { amount: { $regex: '1' } } }, false],
    ['$not', { data: { customer: { country: { $not: { $in: ['FR', 'IT'] } } } } }, true],
    ['$not of a plain value', { data: { currency: { $not: 'EUR' } } }, false],
    ['$or of a value', { data: { amount: { $or: [{ $lt: 10 }, { $gt: 100 }] } } }, true],
    ['$and of a value', { data: { amount: { $and: [{ $gt: 10 }, { $lt: 100 }] } } }, false],
    ['$or over the whole event', { $or: [{ data: { currency: 'USD' } }, { tags: 'eu' }] }, true],
    ['$not over the whole event', { $not: { type: 'invoice.paid' } }, false],
    ['the type', { type: { $startsWith: 'invoice.' } }, true],
    ['a tag', { tags: 'billing' }, true],
    ['a tag that it lacks', { tags: 'us' }, false],
    ['one of some tags', { tags: { $in: ['us', 'eu'] } }, true],
    ['none of some tags', { tags: { $nin: ['us', 'eu'] } }, false],
    ['a tag it must not have', { tags: { $ne: 'eu' } }, false],
    ['an element of a list', { data: { days: 15 } }, true],
    ['a range that no single element is in', { data: { days: { $gt: 1, $lt: 15 } } }, false],
    ['fields of one element', { data: { lines: { sku: 'B-2', quantity: { $gte: 50 } } } }, true],
    ['fields of two elements', { data: { lines: { sku: 'A-1', quantity: { $gte: 50 } } } }, false],
    ['an element of an empty list', { data: { none: { sku: { $exist: false } } } }, false],
    ['a field of a text', { data: { currency: { length: 3 } } }, false],
    ['a field that every object inherits', { data: { toString: { $exist: true } } }, false],
    ['nothing at all', {}, true],
  ])('by %s', (_, filter, expected) => {
    expect(matches(filter, invoice)).toBe(expected);
  });

  it.each([
    ['a text', 'amount > 5', 'filter'],
    ['a list', [], 'filter'],
    ['another part of the event', { id: 'x' }, 'filter.id'],
    ['an operator that does not exist', { data: { a: { $near: 1 } } }, 'filter.data.a.$near'],
    [
      'an operator of JavaScript’s making',
      { data: { a: { $constructor: 1 } } },
      'filter.data.a.$constructor',
    ],
    ['an empty object', { data: { a: {} } }, 'filter.data.a'],
    ['a bare list', { data: { a: [1] } }, 'filter.data.a'],
    ['$gte of a boolean', { data: { a: { $gte: true } } }, 'filter.data.a.$gte'],
    ['$eq of an object', { data: { a: { $eq: {} } } }, 'filter.data.a.$eq'],
    ['$in of one value', { data: { a: { $in: 1 } } }, 'filter.data.a.$in'],
    ['$in of objects', { data: { a: { $in: [{}] } } }, 'filter.data.a.$in'],
    [
      'too many choices',
      { data: { a: { $in: Array.from({ length: 501 }, (_, i) => i) } } },
      'filter.data.a.$in',
    ],
    ['$exist of a number', { data: { a: { $exist: 1 } } }, 'filter.data.a.$exist'],
    ['$startsWith of a number', { data: { a: { $startsWith: 1 } } }, 'filter.data.a.$startsWith'],
    ['an empty $or', { data: { a: { $or: [] } } }, 'filter.data.a.$or'],
    ['a plain value inside an $or of the event', { $or: ['x'] }, 'filter.$or[0]'],
    ['a broken pattern', { data: { a: { $regex: '(' } } }, 'filter.data.a.$regex'],
    ['a pattern with a look-ahead', { data: { a: { $regex: '(?=x)' } } }, 'filter.data.a.$regex'],
    ['a pattern with a back reference', { data: { a: { $regex: '(a)\\1' } } }, 'filter.data.a.$regex'],
    ['a long pattern', { data: { a: { $regex: 'x'.repeat(257) } } }, 'filter.data.a.$regex'],
    ['a pattern with large repetitions', { data: { a: { $regex: '[a-z]{300}' } } }, 'filter.data.a.$regex'],
  ])('is refused when it is or has %s', (_, filter, path) => {
    expect(problemsOf(filter).map((problem) => problem.path)).toEqual([path]);
  });

  it('is refused when it is too deep or has too many conditions, saying so once', () => {
    let deep: object = { data: 1 };
    for (let level = 0; level < 30; level++) deep = { data: deep };
    expect(problemsOf(deep)).toHaveLength(1);
    expect(problemsOf(deep)[0]!.message).toContain('20 levels');
    const wide = {
      data: Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, index])),
    };
    expect(problemsOf(wide)).toEqual([{ path: 'filter', message: 'has more than 200 conditions' }]);
  });

  it('tells every problem, not only the first', () => {
    const filter = { data: { a: { $gte: null }, b: { $in: 5 } }, user: 1 };
    expect(problemsOf(filter).map((problem) => problem.path)).toEqual([
      'filter.data.a.$gte',
      'filter.data.b.$in',
      'filter.user',
    ]);
  });

  it('answers or is refused, whatever it is, and never throws', () => {
    const names = fc.constantFrom(
      ...[
        'data',
        'type',
        'tags',
        'a',
        '$eq',
        '$ne',
        '$gt',
        '$in',
        '$nin',
        '$exist',
        '$regex',
        '$and',
        '$or',
        '$not',
      ],
    );
    const filters = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue({ maxDepth: 1 }),
        tie('object'),
        fc.array(tie('any'), { maxLength: 3 }),
      ),
      object: fc.dictionary(names, tie('any'), { maxKeys: 4 }),
    }));
    fc.assert(
      fc.property(filters.object, fc.jsonValue(), (filter, data) => {
        const read = Filter.read(filter);
        if ('filter' in read)
          read.filter.matches(new FilteredEvent({ type: 'a', data: JSON.stringify(data) }));
        else expect(read.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the time that filters take', () => {
  it('is bounded for one that multiplies lists by conditions, which then counts as matching', () => {
    const filter = {
      data: { list: { $or: Array.from({ length: 90 }, (_, index) => ({ $eq: -1 - index })) } },
    };
    const data = { list: Array.from({ length: 100_000 }, (_, index) => index) };
    const { tookMs, matched } = timed(filter, data);
    expect(matched).toBe(true);
    expect(tookMs).toBeLessThan(250);
  });

  it('is bounded for patterns that would keep a backtracking engine busy for ever', () => {
    const { tookMs, matched } = timed(
      { data: { text: { $regex: '^(a+)+$' } } },
      { text: `${'a'.repeat(900)}!` },
    );
    expect(matched).toBe(false);
    expect(tookMs).toBeLessThan(250);
  });

  it('is bounded over all endpoints together', () => {
    const costly = { data: { list: { $regex: '(x+x+)+y' } } };
    const filters = Array.from({ length: 1_000 }, () => read(costly));
    const list = Array.from({ length: 10_000 }, () => 'x'.repeat(1_000));
    const event = new FilteredEvent({ type: 'a', data: JSON.stringify({ list }) });
    const startedAt = performance.now();
    expect(filters.every((filter) => filter.matches(event))).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(event.stepsLeft).toBe(0);
  });

  function timed(filter: object, data: object): { tookMs: number; matched: boolean } {
    const compiled = read(filter);
    const event = new FilteredEvent({ type: 'a', data: JSON.stringify(data) });
    const startedAt = performance.now();
    const matched = compiled.matches(event);
    return { matched, tookMs: performance.now() - startedAt };
  }
});

function read(source: unknown): Filter {
  const answer = Filter.read(source);
  if ('problems' in answer) throw new Error(JSON.stringify(answer.problems));
  return answer.filter;
}

function matches(filter: unknown, { type, tags, data }: typeof invoice): boolean {
  return read(filter).matches(new FilteredEvent({ type, tags, data: JSON.stringify(data) }));
}

function problemsOf(source: unknown) {
  const answer = Filter.read(source);
  return 'problems' in answer ? answer.problems : [];
}
