/** A broadcast looks endpoints up by the patterns that take its type; an emit holds each pattern against it. They must agree. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesEventType } from '../../src/model/endpoint.js';
import { patternsFor } from '../../src/model/event-type.js';

const type = fc
  .array(fc.constantFrom('a', 'b', 'a-b', 'A'), { minLength: 1, maxLength: 4 })
  .map((words) => words.join('.'));
const pattern = fc.oneof(
  type,
  type.map((words) => `${words}.*`),
  fc.constant('*'),
);

it('lists exactly the patterns that match', () => {
  fc.assert(
    fc.property(type, pattern, (eventType, candidate) => {
      expect(patternsFor(eventType).includes(candidate)).toBe(matchesEventType(candidate, eventType));
    }),
    { numRuns: 2_000 },
  );
  expect(patternsFor('invoice.line.added')).toEqual([
    'invoice.line.added',
    'invoice.*',
    'invoice.line.*',
    '*',
  ]);
});
