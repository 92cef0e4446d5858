import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deliveryStatuses, statusesBefore, transition, transitions } from '../../src/model/delivery.js';

describe('delivery states', () => {
  it('stand in docs/delivery-states.md exactly as in the code', () => {
    const document = readFileSync(new URL('../../docs/delivery-states.md', import.meta.url), 'utf8');
    const documented = [...document.matchAll(/^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|/gm)].map(
      ([, from, event, to]) => `${from} ${event} ${to}`,
    );
    const coded = deliveryStatuses.flatMap((from) =>
      Object.entries(transitions[from]).map(([event, to]) => `${from} ${event} ${to}`),
    );
    expect(documented.toSorted()).toEqual(coded.toSorted());
  });

  it('throw on what the table does not allow', () => {
    expect(() => transition('succeeded', 'attempt_failed')).toThrow('illegal delivery transition');
    expect(() => transition('canceled', 'claimed')).toThrow();
    expect(transition('failed', 'replayed')).toBe('pending');
  });

  it('let a replay start from every final status, and a claim from pending alone', () => {
    expect(statusesBefore('replayed')).toEqual(['succeeded', 'failed', 'canceled']);
    expect(statusesBefore('claimed')).toEqual(['pending']);
  });
});
