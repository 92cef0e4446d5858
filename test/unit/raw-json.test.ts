import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PosthornError } from '../../src/errors.js';
import { sliceElements, sliceMembers, type Slice } from '../../src/intake/raw-json.js';

const cut = (text: string, slice: Slice | undefined) => slice && text.slice(slice.start, slice.end);

/** JSON text as people and programs write it: any white space, any escapes, numbers no double can hold. */
const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const escaped = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text).slice(1, -1)),
      fc.constantFrom('\\"', '\\\\', '\\/', '\\ud800', '\\u0000', '\\u005C', '{', '}', '[', ']', ',', ':'),
    ),
    { maxLength: 6 },
  )
  .map((parts) => `"${parts.join('')}"`);
const word = fc.constantFrom(
  '0',
  '-1',
  '9007199254740993',
  '1e400',
  '-0.10',
  '1E+2',
  'true',
  'false',
  'null',
);
const { value: jsonText } = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, word, escaped, tie('array'), tie('object')),
  array: fc
    .tuple(
      fc.array(
        fc.tuple(space, tie('value'), space).map((parts) => parts.join('')),
        { maxLength: 4 },
      ),
      space,
    )
    .map(([elements, gap]) => `[${elements.join(',') || gap}]`),
  object: fc
    .tuple(fc.array(fc.tuple(space, escaped, space, tie('value'), space), { maxLength: 4 }), space)
    .map(
      ([all, gap]) =>
        `{${all.map(([a, name, b, value, c]) => `${a}${name}${b}:${b}${value}${c}`).join(',') || gap}}`,
    ),
}));

describe('sliceMembers', () => {
  it('cuts every member out byte for byte, whatever it holds', () => {
    const members = fc.uniqueArray(fc.tuple(escaped, jsonText, space), {
      selector: ([name]) => JSON.parse(name) as string,
      maxLength: 6,
    });
    fc.assert(
      fc.property(members, space, (given, gap) => {
        const text = `${gap}{${gap}${given.map(([n, v, s]) => `${s}${n}${s}:${s}${v}${s}`).join(',')}}${gap}`;
        JSON.parse(text);
        const slices = sliceMembers(text);
        expect([...slices.keys()]).toEqual(given.map(([name]) => JSON.parse(name) as string));
        expect([...slices.values()].map((slice) => cut(text, slice))).toEqual(
          given.map(([, value]) => value),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('gives slices that parse to what JSON.parse gives for the whole', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const parsed = JSON.parse(text) as Record<string, unknown>;
        const slices = sliceMembers(text);
        expect(slices.size).toBe(Object.keys(parsed).length);
        for (const [name, slice] of slices) expect(JSON.parse(cut(text, slice)!)).toEqual(parsed[name]);
      }),
    );
  });

  it.each([
    ['a plain repetition', '{"data":1,"type":"a","data":2}'],
    ['a repetition in other letters', '{"data":1,"d\\u0061ta":2}'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
  ])('refuses %s', (_, text) => {
    const refusal = catchError(() => sliceMembers(text));
    expect(refusal).toMatchObject({ code: 'malformed_json' });
    expect((refusal as PosthornError).detail).toContain('appears twice');
  });

  it('leaves duplicates, __proto__ and lone surrogates inside a value alone', () => {
    const data = '{"a":1,"a":2,"__proto__":{"x":1},"s":"\\ud800","n":12345678901234567890}';
    const text = `{"type":"t", "data" : ${data} }`;
    expect(cut(text, sliceMembers(text).get('data'))).toBe(data);
  });

  it('names __proto__ as any other member', () => {
    expect([...sliceMembers('{"__proto__":{"a":1},"type":2}').keys()]).toEqual(['__proto__', 'type']);
  });

  it('finds nothing in an empty object', () => {
    expect(sliceMembers(' { } ').size).toBe(0);
  });

  it('goes through 100,000 levels, and through 200,000 backslashes, in linear time', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const escapes = JSON.stringify('\\"'.repeat(100_000));
    const text = `{"deep":${deep},"escapes":${escapes}}`;
    const startedAt = performance.now();
    const slices = sliceMembers(text);
    // Quadratic would be minutes; linear is a few milliseconds.
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(cut(text, slices.get('deep'))).toBe(deep);
    expect(cut(text, slices.get('escapes'))).toBe(escapes);
  });
});

describe('sliceElements', () => {
  it('cuts every element out byte for byte', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(space, jsonText, space), { maxLength: 6 }), (given) => {
        const text = `[${given.map((parts) => parts.join('')).join(',')}]`;
        JSON.parse(text);
        expect(sliceElements(text).map((slice) => cut(text, slice))).toEqual(given.map(([, value]) => value));
      }),
    );
  });

  it('works from the middle of a larger text', () => {
    const text = '{"events":[{"type":"a"}, {"type":"b"}]}';
    const events = sliceMembers(text).get('events')!;
    const [, second] = sliceElements(text, events.start);
    expect(cut(text, sliceMembers(text, second!.start).get('type'))).toBe('"b"');
  });
});

function catchError(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
