/** What is taken for an access token, and what is said of answers that hold none. */
import { describe, expect, it } from 'vitest';
import { readTokenAnswer } from '../../src/dispatcher/token-answer.js';

const read = (statusCode: number, body: unknown, bodyTruncated = false) =>
  readTokenAnswer({
    kind: 'response',
    statusCode,
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    bodyTruncated,
    bodyCut: bodyTruncated ? 'size' : null,
    timings: { totalMs: 1 },
    remoteAddress: null,
  });

describe('a token', () => {
  it.each([
    [3600, 3_600_000],
    ['3600', 3_600_000],
    [undefined, 300_000],
    [-1, 300_000],
    ['soon', 300_000],
    [1e12, 86_400_000],
  ])('with expires_in %s lives for %d ms', (expires, lifeMs) => {
    expect(read(200, { access_token: 't', token_type: 'bearer', expires_in: expires })).toEqual({
      token: 't',
      lifeMs,
    });
  });
});

describe('a problem', () => {
  it.each([
    [200, 'not json', 'the token endpoint’s answer is not JSON, or longer than 16 KiB'],
    [200, 'null', 'the token endpoint’s answer is not JSON, or longer than 16 KiB'],
    [200, {}, 'the token endpoint’s answer has no usable access_token'],
    [200, { access_token: 'a\r\nx: y' }, 'the token endpoint’s answer has no usable access_token'],
    [200, { access_token: 't', token_type: 'mac' }, 'the token endpoint’s token_type is not Bearer'],
    [302, '', 'the token endpoint answered 302: redirects are not followed'],
    [401, { error: 'invalid_client' }, 'the token endpoint answered 401 invalid_client'],
    [500, 'oops', 'the token endpoint answered 500'],
  ])('is told of %d %j', (status, body, problem) => expect(read(status, body)).toEqual({ problem }));

  it('repeats nothing that a server may have been sent', () => {
    const told = read(400, { error: 'secret s3cr3t', error_description: 's3cr3t' });
    expect(JSON.stringify(told)).not.toContain('s3cr3t');
  });

  it('is an answer that was cut, whatever the part says', () => {
    expect(read(200, { access_token: 't' }, true)).toHaveProperty('problem');
  });
});
