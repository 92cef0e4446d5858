/** AWS Signature Version 4, as S3 wants it. @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

export interface RequestToSign {
  method: string;
  /** Its path and query encoded by {@link encodeRfc3986}. */
  url: URL;
  body: Buffer;
  at: Date;
}

const SIGNED_HEADERS = 'host;x-amz-content-sha256;x-amz-date';

/** The headers that prove who sends this, and that it is whole. */
export function signed(request: RequestToSign, credentials: Credentials): Record<string, string> {
  const { method, url, body, at } = request;
  const time = `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const day = time.slice(0, 8);
  const digest = sha256(body);
  const canonical = [
    method,
    url.pathname,
    url.search.slice(1).split('&').map(withValue).sort().join('&'),
    `host:${url.host}`,
    `x-amz-content-sha256:${digest}`,
    `x-amz-date:${time}`,
    '',
    SIGNED_HEADERS,
    digest,
  ].join('\n');
  const scope = `${day}/${credentials.region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [day, credentials.region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (last, word) => hmac(last, word),
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = hmac(key, toSign).toString('hex');
  return {
    'x-amz-content-sha256': digest,
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
  };
}

/** Stricter than encodeURIComponent, which lets five characters pass. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `?uploads` is signed as `uploads=`. */
function withValue(parameter: string): string {
  return parameter === '' || parameter.includes('=') ? parameter : `${parameter}=`;
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
