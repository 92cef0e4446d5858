/**
 * Exports as objects in S3, or in anything that speaks like it (MinIO, Ceph, R2, …). Straight from the database: a day may be larger
 * than this machine's disk, so what is held is one part of an upload. An object is there when its upload is complete, and not before.
 *
 * A library signs; the rest is three kinds of requests, and Amazon's own client, which knows them, weighs more than Posthorn does. Keys
 * only: where credentials come from a machine's role, mount the bucket and export to it as a folder.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import type { ExportTarget } from './export-target.js';

export interface BucketSettings {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  bucket: string;
  /** Before every name; without slashes at its ends. */
  prefix: string;
  /** Not set: Amazon's own. */
  endpoint: string | undefined;
}

/** S3 allows 10,000 parts: 160 GB of gzip a day and table. */
const PART_BYTES = 16 * 1024 * 1024;
const REQUEST_MS_MAX = 120_000;
const TRIES = 3;
const PAUSE_MS = 1_000;

export class ExportBucket implements ExportTarget {
  private readonly client: AwsClient;

  constructor(
    private readonly settings: BucketSettings,
    private readonly partBytes = PART_BYTES,
    private readonly pauseMs = PAUSE_MS,
  ) {
    this.client = new AwsClient({ ...settings, service: 's3' });
  }

  async keep(name: string, content: AsyncIterable<Buffer>): Promise<string> {
    const key = [this.settings.prefix, name].filter((part) => part !== '').join('/');
    let uploadId: string | undefined;
    const tags: string[] = [];
    try {
      let part: Bytes = Buffer.alloc(0);
      for await (const next of inParts(content, this.partBytes)) {
        // One part behind, because what turns out to be the only one needs no upload of many.
        if (part.length > 0) {
          uploadId ??= await this.begin(key);
          tags.push(await this.putPart(key, uploadId, tags.length + 1, part));
        }
        part = next;
      }
      if (uploadId === undefined) await this.request('PUT', key, {}, part);
      else {
        tags.push(await this.putPart(key, uploadId, tags.length + 1, part));
        await this.complete(key, uploadId, tags);
      }
    } catch (error) {
      // What is left behind costs money; a rule of the bucket's should end what even this does not.
      if (uploadId !== undefined) await this.request('DELETE', key, { uploadId }).catch(() => undefined);
      throw error;
    }
    return `s3://${this.settings.bucket}/${key}`;
  }

  private async begin(key: string): Promise<string> {
    const { text } = await this.request('POST', key, { uploads: '' });
    const uploadId = /<UploadId>([^<]+)<\/UploadId>/.exec(text)?.[1];
    if (uploadId === undefined) throw new Error('S3 answered without an UploadId');
    return uploadId;
  }

  private async putPart(key: string, uploadId: string, partNumber: number, body: Bytes): Promise<string> {
    const { headers } = await this.request('PUT', key, { partNumber: String(partNumber), uploadId }, body);
    const tag = headers.get('etag');
    if (tag === null) throw new Error('S3 answered without an ETag');
    return tag;
  }

  private async complete(key: string, uploadId: string, tags: string[]): Promise<void> {
    const parts = tags.map(
      (tag, index) =>
        `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</ETag></Part>`,
    );
    const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
    const { text } = await this.request('POST', key, { uploadId }, body);
    // Putting parts together takes so long that S3 says 200 before it knows whether it will succeed.
    if (/<Error\b/.test(text) || !text.includes('<ETag>'))
      throw new Error(`S3 did not complete the upload: ${codeIn(text)}`);
  }

  /** @throws Error with S3's own code when it refuses, or does not answer time and again */
  private async request(
    method: string,
    key: string,
    query: Record<string, string>,
    body: Bytes = Buffer.alloc(0),
  ): Promise<{ headers: Headers; text: string }> {
    const url = this.urlOf(key, query);
    for (let tries = 1; ; tries++) {
      let failure: Error;
      try {
        const request = await this.client.sign(url, {
          method,
          // With its digest signed, a body that was changed on the way is refused.
          headers: { 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') },
          // An empty body without a length is refused by some.
          ...(method !== 'DELETE' && { body }),
        });
        const response = await fetch(request, {
          redirect: 'error',
          signal: AbortSignal.timeout(REQUEST_MS_MAX),
        });
        const text = await response.text();
        if (response.ok) return { headers: response.headers, text };
        failure = new Error(`S3 answered ${response.status} ${codeIn(text)} to ${method} ${url.pathname}`);
        if (response.status < 500 && response.status !== 429) throw new Refused(failure.message);
      } catch (error) {
        if (error instanceof Refused) throw error;
        failure = new Error(`S3 cannot be reached: ${reasonOf(error as Error)}`, { cause: error });
      }
      if (tries === TRIES) throw failure;
      await sleep(this.pauseMs * tries);
    }
  }

  private urlOf(key: string, query: Record<string, string>): URL {
    const { bucket, endpoint, region } = this.settings;
    const base =
      endpoint === undefined
        ? `https://${bucket}.s3.${region}.amazonaws.com`
        : `${endpoint.replace(/\/+$/, '')}/${bucket}`;
    const url = new URL(`${base}/${key.split('/').map(encodeURIComponent).join('/')}`);
    url.search = Object.entries(query)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
    return url;
  }
}

/** What fetch takes for a body: memory that is nobody else's. */
type Bytes = Buffer<ArrayBuffer>;

class Refused extends Error {}

/** All of the same size but for the last, which an upload of many demands; at least one, be it empty. */
async function* inParts(content: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Bytes> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let yielded = false;
  for await (const chunk of content) {
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < bytes) continue;
    const whole = Buffer.concat(held);
    let from = 0;
    for (; whole.length - from >= bytes; from += bytes) yield whole.subarray(from, from + bytes);
    yielded = true;
    held = [whole.subarray(from)];
    heldBytes = whole.length - from;
  }
  if (heldBytes > 0 || !yielded) yield Buffer.concat(held);
}

/** S3's own word for what is wrong, such as AccessDenied. */
function codeIn(text: string): string {
  return /<Code>([^<]{1,100})<\/Code>/.exec(text)?.[1] ?? '(without a code)';
}

/** fetch hides the reason in a cause. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
