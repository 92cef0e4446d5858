/**
 * As much of S3 as exports need, over real HTTP: objects and uploads in parts, each request held against its signature. What a bucket
 * does to us on a bad day can be asked of it.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsV4Signer } from 'aws4fetch';

export const S3_CREDENTIALS = { accessKeyId: 'AKID', secretAccessKey: 'not-a-secret', region: 'eu-west-9' };

export interface S3Server {
  url: string;
  /** By `bucket/key`. */
  objects: Map<string, Buffer>;
  /** Uploads that were begun and neither completed nor ended. */
  uploads: Map<string, Buffer[]>;
  /** Sizes of the parts of the last upload. */
  partBytes: number[];
  /** Method and first parameter, such as `PUT partNumber`. */
  requests: string[];
  /** Answers status and code of a refusal, instead of what would be answered. */
  refuse: (request: string) => [number, string] | undefined;
  close(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  const server = createServer((request, response) => {
    void answer(request).then(({ status = 200, headers = {}, text = '' }) =>
      response.writeHead(status, headers).end(text),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const s3: S3Server = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    uploads: new Map(),
    partBytes: [],
    requests: [],
    refuse: () => undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url!, `http://${request.headers.host}`);
    const { method = '' } = request;
    const what = `${method} ${url.search.slice(1).split('=', 1)[0]}`.trim();
    s3.requests.push(what);
    const refusal = s3.refuse(what);
    if (refusal !== undefined) return refuse(...refusal);
    if (!(await isSigned(request, method, url, body))) return refuse(403, 'SignatureDoesNotMatch');
    const name = decodeURIComponent(url.pathname.slice(1));
    const uploadId = url.searchParams.get('uploadId');
    if (url.searchParams.has('uploads')) {
      const id = `upload ${s3.requests.length}+/=`;
      s3.uploads.set(id, []);
      return {
        text: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      };
    }
    if (uploadId === null) {
      s3.objects.set(name, body);
      return { headers: { etag: tagOf(body) } };
    }
    const parts = s3.uploads.get(uploadId);
    if (parts === undefined) return refuse(404, 'NoSuchUpload');
    if (method === 'PUT') {
      parts[Number(url.searchParams.get('partNumber')) - 1] = body;
      return { headers: { etag: tagOf(body) } };
    }
    s3.uploads.delete(uploadId);
    if (method === 'DELETE') return { status: 204 };
    const tags = [...body.toString().matchAll(/<ETag>([^<]+)<\/ETag>/g)].map(([, tag]) => tag);
    if (tags.join() !== parts.map(tagOf).join()) return refuse(400, 'InvalidPart');
    s3.objects.set(name, Buffer.concat(parts));
    s3.partBytes = parts.map((part) => part.length);
    return { text: '<CompleteMultipartUploadResult><ETag>"x-1"</ETag></CompleteMultipartUploadResult>' };
  }
  return s3;
}

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  text?: string;
}

function refuse(status: number, code: string): Answer {
  return { status, text: `<Error><Code>${code}</Code></Error>` };
}

/** By one who holds the secret, over the very bytes that came. */
async function isSigned(request: IncomingMessage, method: string, url: URL, body: Buffer): Promise<boolean> {
  const digest = createHash('sha256').update(body).digest('hex');
  const signer = new AwsV4Signer({
    ...{ method, url: url.href, service: 's3', ...S3_CREDENTIALS },
    headers: { 'x-amz-content-sha256': digest },
    datetime: String(request.headers['x-amz-date']),
  });
  const { headers } = await signer.sign();
  return headers.get('authorization') === request.headers.authorization;
}

function tagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
