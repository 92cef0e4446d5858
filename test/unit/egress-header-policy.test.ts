import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CUSTOM_HEADERS_MAX,
  HEADER_NAME_LENGTH_MAX,
  HEADER_VALUE_LENGTH_MAX,
  judgeCustomHeaders,
} from '../../src/egress/header-policy.js';

describe('custom headers', () => {
  it('may carry what receivers ask for', () => {
    const wanted = {
      Authorization: 'Bearer abc',
      'X-Api-Key': 'k\tv',
      Cookie: 'a=b',
      'x-latin1': 'caf\u00e9',
      'x-empty': '',
    };
    expect(judgeCustomHeaders(wanted)).toEqual([]);
  });

  it.each([
    'Host',
    'host',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'Keep-Alive',
    'Upgrade',
    'TE',
    'Trailer',
    'Expect',
    'Proxy-Authorization',
    'proxy-connection',
    'webhook-id',
    'Webhook-Signature',
    'webhook-anything',
    'Content-Type',
    'Content-Encoding',
    'User-Agent',
    '__proto__',
  ])('may not be %s', (name) => {
    const headers = Object.fromEntries([[name, 'value']]);
    expect(judgeCustomHeaders(headers)).toEqual([
      { name, reason: expect.stringContaining('reserved') as string },
    ]);
  });

  it.each(['a\r\nx-injected: 1', 'a\nb', 'a\rb', 'a\0b', 'snow \u2603', '\u007f', '\ud800'])(
    'may not have the value %j',
    (value) => {
      expect(judgeCustomHeaders({ 'x-custom': value })).toHaveLength(1);
    },
  );

  it.each(['', ' x', 'x y', 'x:', 'x\r\n', 'x\0', 'é', '(x)'])('may not have the name %j', (name) => {
    expect(judgeCustomHeaders({ [name]: 'value' })).toEqual([{ name, reason: 'not a header name' }]);
  });

  it('never let a line break through, whatever stands around it', () => {
    const breaking = fc
      .tuple(fc.string(), fc.constantFrom('\r', '\n', '\0'), fc.string())
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(breaking, (text) => {
        expect(judgeCustomHeaders({ 'x-custom': text })).not.toEqual([]);
        expect(judgeCustomHeaders({ [text]: 'value' })).not.toEqual([]);
      }),
    );
  });

  it('do not repeat a value in the reason: it may be a secret', () => {
    const [problem] = judgeCustomHeaders({ 'x-secret': 'hunter2\n' });
    expect(problem?.reason).not.toContain('hunter2');
  });

  it('are bounded in count, name, value and in all', () => {
    const many = (count: number, value: string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${i}`, value]));
    expect(judgeCustomHeaders(many(CUSTOM_HEADERS_MAX, 'v'))).toEqual([]);
    expect(judgeCustomHeaders(many(CUSTOM_HEADERS_MAX + 1, 'v'))).toHaveLength(1);
    expect(judgeCustomHeaders({ 'x-a': 'v'.repeat(HEADER_VALUE_LENGTH_MAX) })).toEqual([]);
    expect(judgeCustomHeaders({ 'x-a': 'v'.repeat(HEADER_VALUE_LENGTH_MAX + 1) })).toHaveLength(1);
    expect(judgeCustomHeaders({ ['x'.repeat(HEADER_NAME_LENGTH_MAX + 1)]: 'v' })).toHaveLength(1);
    expect(judgeCustomHeaders(many(3, 'v'.repeat(3_000)))).toEqual([
      { name: '', reason: expect.stringContaining('bytes in all') as string },
    ]);
  });

  it('may not be given twice in different case', () => {
    expect(judgeCustomHeaders({ 'X-A': '1', 'x-a': '2' })).toEqual([{ name: 'x-a', reason: 'given twice' }]);
  });

  it('must be strings, whatever the JSON said', () => {
    const untyped = JSON.parse('{"x-a":1,"x-b":null,"x-c":{"toString":"x"}}') as Record<string, string>;
    expect(judgeCustomHeaders(untyped)).toHaveLength(3);
  });
});
