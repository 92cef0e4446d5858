/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html: its examples, keys and signatures */
import { expect, it } from 'vitest';
import { encodeRfc3986, signed } from '../../src/upkeep/s3-signature.js';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};

it.each([
  ['?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
  ['?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
])('signs %s as Amazon does', (search, signature) => {
  const url = new URL(`https://examplebucket.s3.amazonaws.com/${search}`);
  const at = new Date('2013-05-24T00:00:00Z');
  const headers = signed({ method: 'GET', url, body: Buffer.alloc(0), at }, credentials);
  expect(headers.authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
      `SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
  );
  expect(headers['x-amz-date']).toBe('20130524T000000Z');
});

it('leaves nothing unencoded that S3 would encode', () => {
  expect(encodeRfc3986("it's (a) *day*! 50% ü/")).toBe('it%27s%20%28a%29%20%2Aday%2A%21%2050%25%20%C3%BC%2F');
});
