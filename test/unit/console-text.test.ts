/** What the console makes of text from outside: shown as it came, cut into pieces, never parsed and printed. */
import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorSentences } from '../../console/src/deliveries/error-codes.js';
import { fieldsOf } from '../../console/src/event-types/schema-fields.js';
import { laidOut, memberText, tokens } from '../../console/src/kit/json-text.js';
import { duration, fromNow, share } from '../../console/src/kit/words.js';
import { check } from '../../console/src/portal/verify/signature.js';
import { attemptErrors } from '../../src/model/error-code.js';

describe('JSON as text', () => {
  it('keeps every value as it was written', () => {
    const text = '{"a":9007199254740993,"b":1.0,"a":"\\u00e9 \\" }","c":[],"d":{ },"e":[1, 2]}';
    expect(laidOut(text)!.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
  });

  it('lays out anything that JSON can say without changing what it says', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(laidOut(text)!)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('loses no character when it is cut into tokens', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const pieces = tokens(text).map((token) => token.text);
        expect(pieces.join('')).toBe(text);
      }),
    );
  });

  it('finds a member’s own text, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (data, other) => {
        expect(memberText(`{"other":${other},"data":${data},"more":{"data":1}}`, 'data')).toBe(data.trim());
      }),
    );
  });

  it('says nothing of text that is not JSON', () => {
    expect(laidOut('<html>')).toBeUndefined();
  });
});

describe('words', () => {
  it.each([
    [0.4, '0.4 ms'],
    [340, '340 ms'],
    [5_000, '5 s'],
    [4_210, '4.2 s'],
    [150_000, '3 min'],
    [43_200_000, '12 h'],
    [260_000_000, '3 d'],
  ])('%d ms is %s', (ms, words) => expect(duration(ms)).toBe(words));

  it('tells the past from the future', () => {
    expect(fromNow(new Date(240_000), 0)).toBe('in 4 min');
    expect(fromNow(new Date(0), 240_000)).toBe('4 min ago');
  });

  it('never rounds up to all', () => {
    expect(share(99_999, 100_000)).toBe('> 99.9 %');
    expect(share(100, 100)).toBe('100 %');
    expect(share(0, 0)).toBe('–');
  });
});

it('has a sentence for every error code, the server’s own', () => {
  const sentences = Object.fromEntries(
    Object.entries(attemptErrors).map(([code, { sentence }]) => [code, sentence]),
  );
  expect(errorSentences).toEqual(sentences);
});

it('lists the fields of a schema, nested ones and those of arrays', () => {
  const schema = {
    type: 'object',
    required: ['lines'],
    properties: { lines: { type: 'array', items: { properties: { amount: { type: 'integer' } } } } },
  };
  expect(fieldsOf(schema).map(({ path, required }) => [path, required])).toEqual([
    ['lines', true],
    ['lines[].amount', false],
  ]);
  expect(fieldsOf('nonsense')).toEqual([]);
});

describe('the signature checker', () => {
  // From the specification's own libraries: https://github.com/standard-webhooks/standard-webhooks
  const signed = {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: '{"test": 2432232314}',
    signatures: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const nowMs = 1_614_265_330_000;

  it('takes the specification’s example', async () => {
    expect(await check(signed, nowMs)).toEqual({ good: true, aged: false });
    expect(await check({ ...signed, signatures: `v1,AAAA ${signed.signatures}` }, nowMs)).toMatchObject({
      good: true,
    });
    expect(await check(signed, nowMs + 301_000)).toEqual({ good: true, aged: true });
  });

  it('takes what an ed25519 endpoint signs, by its public key, and refuses another’s', async () => {
    const [ours, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
    const publicKey = (pair: typeof ours) =>
      `whpk_${pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`;
    const content = Buffer.from(`${signed.id}.${signed.timestamp}.${signed.body}`);
    const signatures = `v1a,${sign(null, content, ours.privateKey).toString('base64')}`;
    expect(await check({ ...signed, secret: publicKey(ours), signatures }, nowMs)).toMatchObject({
      good: true,
    });
    expect(await check({ ...signed, secret: publicKey(other), signatures }, nowMs)).toMatchObject({
      good: false,
    });
    expect(await check({ ...signed, secret: 'whpk_AAAA', signatures }, nowMs)).toMatchObject({ good: false });
  });

  it('refuses what was changed', async () => {
    for (const change of [
      { body: `${signed.body} ` },
      { id: 'msg_other' },
      { timestamp: '1614265331' },
      { secret: 'whsec_AAAA' },
      { signatures: 'v2,x' },
    ]) {
      expect(await check({ ...signed, ...change }, nowMs)).toMatchObject({ good: false });
    }
  });
});
