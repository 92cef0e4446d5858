import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { apiKeyHint, formatApiKey, isPlausibleApiKey } from '../../src/model/api-key.js';

describe('an API key', () => {
  it('has a prefix for scanners, and always the same length', () => {
    const least = formatApiKey(Buffer.alloc(32, 0));
    const most = formatApiKey(Buffer.alloc(32, 255));
    for (const key of [least, most, formatApiKey(randomBytes(32))])
      expect(key).toMatch(/^phk_[0-9A-Za-z]{49}$/);
    expect(least).not.toBe(most);
  });

  it('never changes its form: keys that were given out must stay valid', () => {
    const random = createHash('sha256').update('posthorn').digest();
    expect(formatApiKey(random)).toBe('phk_DPHSoTqnhm1n6zBG3QI6sD0O8shVjZ5XOk7fqL2vZ6H1qHWDL');
  });

  it('is known to be mistyped whichever character was', () => {
    const key = formatApiKey(randomBytes(32));
    expect(isPlausibleApiKey(key)).toBe(true);
    for (let at = 4; at < key.length; at++) {
      const mistyped = key.slice(0, at) + (key[at] === 'a' ? 'b' : 'a') + key.slice(at + 1);
      expect(isPlausibleApiKey(mistyped)).toBe(false);
    }
    expect(isPlausibleApiKey(key.slice(0, -1))).toBe(false);
    expect(isPlausibleApiKey(`${key}a`)).toBe(false);
  });

  it('that an operator chose may have any form', () => {
    expect(isPlausibleApiKey('correct-horse-battery-staple')).toBe(true);
  });

  it('is told apart by its last four characters', () => {
    const key = formatApiKey(randomBytes(32));
    expect(key.endsWith(apiKeyHint(key))).toBe(true);
    expect(apiKeyHint(key)).toHaveLength(4);
  });
});
