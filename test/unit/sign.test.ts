import { generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { parseSigningKey, sign } from '../../src/dispatcher/sign.js';

const id = 'evt_0198c0de000070008000000000000001';
const body = '{"type":"invoice.paid","data":{"n":12345678901234567890,"ü":"\\ud83d\\ude00"}}';

describe('signature', () => {
  it('is verified by the published library, with every live secret', () => {
    const secrets = [newSecret(24), newSecret(32), newSecret(64)];
    const timestamp = Math.floor(Date.now() / 1000);
    const header = sign(secrets.map(parseSigningKey), id, timestamp, body);
    expect(header.split(' ')).toHaveLength(3);
    for (const secret of secrets) {
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': header,
      };
      expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
      expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
    }
  });

  it('matches the example of the specification’s libraries', () => {
    const key = parseSigningKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(sign([key], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('is ed25519 (v1a) for whsk_ keys, from the seed alone or the whole pair', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
    const pair = Buffer.concat([seed, publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
    for (const secret of [seed, pair].map((bytes) => `whsk_${bytes.toString('base64')}`)) {
      const header = sign([parseSigningKey(secret)], id, 1, body);
      expect(header).toMatch(/^v1a,/);
      expect(
        verify(null, Buffer.from(`${id}.1.${body}`), publicKey, Buffer.from(header.slice(4), 'base64')),
      ).toBe(true);
    }
  });
});

function newSecret(bytes: number): string {
  return `whsec_${randomBytes(bytes).toString('base64')}`;
}
