/** How long a process may believe what it knows of a key, and how often it asks; with a clock of the test's own. */
import { describe, expect, it } from 'vitest';
import { KeyRing } from '../../src/api/key-ring.js';
import { formatApiKey } from '../../src/model/api-key.js';
import type { Queryable } from '../../src/store/database.js';

const KEY = formatApiKey(Buffer.alloc(32, 5));

function ring() {
  const state = { nowMs: 0, questions: 0, live: true, away: false };
  const database: Queryable = {
    query: async <R extends object>() => {
      state.questions++;
      if (state.away) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      const row = {
        id: 'x',
        name: 'x',
        role: 'admin',
        tenant_id: null,
        event_types: null,
        payload_access: true,
      };
      return { rows: (state.live ? [row] : []) as R[], rowCount: 1 };
    },
  };
  return { state, keys: new KeyRing(database, () => state.nowMs) };
}

describe('the key ring', () => {
  it('asks once for a thousand requests at a time, and not at all for a while', async () => {
    const { state, keys } = ring();
    await Promise.all(Array.from({ length: 1_000 }, async () => keys.principalOf(KEY)));
    expect(state.questions).toBe(1);
    state.nowMs = 499;
    expect(keys.principalOf(KEY)).toMatchObject({ role: 'admin' }); // no promise: nothing was asked
    expect(state.questions).toBe(1);
  });

  it('asks again in the background before its trust runs out', async () => {
    const { state, keys } = ring();
    await keys.principalOf(KEY);
    state.nowMs = 600;
    state.live = false;
    expect(keys.principalOf(KEY)).toMatchObject({ role: 'admin' });
    await new Promise(setImmediate);
    expect(keys.principalOf(KEY)).toBeUndefined();
    expect(state.questions).toBe(2);
  });

  it('trusts nothing for longer than a second, and lets nobody in while it cannot ask', async () => {
    const { state, keys } = ring();
    await keys.principalOf(KEY);
    state.nowMs = 1_000;
    state.away = true;
    await expect(keys.principalOf(KEY)).rejects.toThrow('away');
    state.away = false;
    expect(await keys.principalOf(KEY)).toMatchObject({ role: 'admin' });
  });

  it('forgets at once when told to', async () => {
    const { state, keys } = ring();
    await keys.principalOf(KEY);
    state.live = false;
    keys.forgetAll();
    expect(await keys.principalOf(KEY)).toBeUndefined();
  });

  it('asks nobody about keys that cannot be', () => {
    const { state, keys } = ring();
    expect(keys.principalOf(`${KEY.slice(0, -1)}!`)).toBeUndefined();
    expect(keys.principalOf('x'.repeat(513))).toBeUndefined();
    expect(state.questions).toBe(0);
  });
});
