import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { parseSigningKey, sign } from '../../src/dispatcher/sign.js';
import { formatSecret, publicKeyOf, secretProblem } from '../../src/model/secret.js';

const hmac = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`;
const ed25519 = (bytes: Buffer) => `whsk_${bytes.toString('base64')}`;

describe('a secret that we make', () => {
  it('verifies with the published library', () => {
    const secret = formatSecret('hmac', randomBytes(32));
    const seconds = Math.floor(Date.now() / 1000);
    const body = '{"a":1}';
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(seconds),
      'webhook-signature': sign([parseSigningKey(secret)], 'evt_1', seconds, body),
    };
    expect(new Webhook(secret).verify(body, headers)).toEqual({ a: 1 });
  });

  it.each(['hmac', 'ed25519'] as const)('is one that we would take: %s', (signing) => {
    expect(secretProblem(signing, formatSecret(signing, randomBytes(32)))).toBeUndefined();
  });

  it('has the public key of RFC 8032’s first test vector', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const publicKey = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
    expect(publicKeyOf(formatSecret('ed25519', seed))).toBe(`whpk_${publicKey.toString('base64')}`);
    expect(publicKeyOf(hmac(32))).toBeUndefined();
  });
});

describe('a secret of the customer’s own', () => {
  const seed = Buffer.alloc(32, 7);
  const pair = Buffer.from(formatSecret('ed25519', seed).slice(5), 'base64');

  it.each([
    ['hmac', hmac(24)],
    ['hmac', hmac(64)],
    ['ed25519', ed25519(seed)],
    ['ed25519', ed25519(pair)],
  ] as const)('is taken: %s', (signing, secret) => {
    expect(secretProblem(signing, secret)).toBeUndefined();
  });

  it.each([
    ['too short', 'hmac', hmac(23)],
    ['too long', 'hmac', hmac(65)],
    ['without its prefix', 'hmac', hmac(24).slice(6)],
    ['without its padding', 'hmac', hmac(32).replace('=', '')],
    ['in the alphabet of URLs', 'hmac', `whsec_${Buffer.alloc(24, 255).toString('base64url')}`],
    ['with a line break', 'hmac', `${hmac(24)}\n`],
    ['of the other kind', 'ed25519', hmac(32)],
    ['of an odd length', 'ed25519', ed25519(Buffer.alloc(33))],
    ['with a public key that is not its own', 'ed25519', ed25519(Buffer.concat([seed, Buffer.alloc(32)]))],
  ] as const)('is refused when it is %s', (_, signing, secret) => {
    expect(secretProblem(signing, secret)).toBeTypeOf('string');
  });
});
