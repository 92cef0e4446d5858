import fc from 'fast-check';
import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { toYaml } from '../../src/api/docs/yaml.js';

const words = [
  'true',
  'null',
  'no',
  '~',
  '1',
  '1e3',
  '0x1F',
  '2026-11-21',
  '- a',
  'a: b',
  'a #b',
  ' a',
  'a\nb',
  'a\n\n b',
  '',
  '---',
];
const text = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'grapheme' }));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(text, tie('tree'), { maxKeys: 4 }),
  ),
}));

it('is read back as what was written', () => {
  fc.assert(
    fc.property(fc.dictionary(text, tree, { minKeys: 1, maxKeys: 4 }), (value) => {
      fc.pre(!JSON.stringify(value).includes('"__proto__"'));
      expect(load(toYaml(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 1_000 },
  );
});
