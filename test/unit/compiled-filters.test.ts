/** Thousands of filters are compiled while others' emits go on, and once. */
import { expect, it } from 'vitest';
import { CompiledFilters } from '../../src/store/compiled-filters.js';

const own = (number: number): string =>
  JSON.stringify({ data: { email: { $regex: `^user${number}@example\\.(com|org)$` } } });

it('lets the process go on with other work in between', async () => {
  const filters = new CompiledFilters();
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  for (let number = 0; number < 2_000; number++) await filters.of(own(number));
  clearInterval(counting);
  expect(turns).toBeGreaterThan(3);
});

it('compiles equal filters once, and those of an earlier reading not again', async () => {
  const before = new CompiledFilters();
  const first = await before.of(own(1));
  expect(await before.of(own(1))).toBe(first);
  expect(await before.of(own(2))).not.toBe(first);

  const after = new CompiledFilters(before);
  expect(await after.of(own(1))).toBe(first);
  after.done();
  expect(await after.of(own(1))).toBe(first);
});

it('lets go of what an earlier reading had and this one did not ask for', async () => {
  const before = new CompiledFilters();
  const gone = await before.of(own(1));
  const after = new CompiledFilters(before);
  after.done();
  expect(await after.of(own(1))).not.toBe(gone);
});
