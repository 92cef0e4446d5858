/** Exports into a bucket: whole or not at all, whatever the bucket does meanwhile. */
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lowestUuidAt } from '../../src/model/id.js';
import { Database } from '../../src/store/database.js';
import { DAY_MS, listPartitions, makePartition } from '../../src/store/partitions.js';
import { ExportBucket } from '../../src/upkeep/export-bucket.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { thirtyDays } from '../support/retention.js';
import { S3_CREDENTIALS, startS3, type S3Server } from '../support/s3-server.js';

let s3: S3Server;
beforeEach(async () => {
  s3 = await startS3();
});
afterEach(() => s3.close());

const settings = () => ({ ...S3_CREDENTIALS, bucket: 'logs', prefix: "acme's (eu)", endpoint: s3.url });
const OBJECT = "logs/acme's (eu)/events/a.gz";

function bucket(partBytes?: number): ExportBucket {
  return new ExportBucket(settings(), partBytes, 1);
}

async function* chunks(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

describe('a bucket', () => {
  it('gets what is small in one request', async () => {
    expect(await bucket().keep('events/a.gz', chunks('ab', 'cd'))).toBe(`s3://${OBJECT}`);
    expect(s3.objects.get(OBJECT)?.toString()).toBe('abcd');
    expect(s3.requests).toEqual(['PUT']);
  });

  it.each([
    [
      ['abcd', 'efgh', 'ij'],
      [4, 4, 2],
    ],
    [['abcdefghij'], [4, 4, 2]],
    [
      ['a', 'bcdefgh'],
      [4, 4],
    ],
  ])('gets %j in parts, all but the last of one size', async (texts, sizes) => {
    await bucket(4).keep('events/a.gz', chunks(...texts));
    expect(s3.objects.get(OBJECT)?.toString()).toBe(texts.join(''));
    expect(s3.partBytes).toEqual(sizes);
    expect(s3.uploads.size).toBe(0);
  });

  it('is asked again when it is busy', async () => {
    const busy: [number, string][] = [
      [503, 'SlowDown'],
      [500, 'InternalError'],
    ];
    s3.refuse = () => busy.shift();
    await bucket(4).keep('events/a.gz', chunks('abcdef'));
    expect(s3.objects.get(OBJECT)?.toString()).toBe('abcdef');
  });

  it('that refuses is quoted, asked no further, and left without half an upload', async () => {
    s3.refuse = (request) =>
      request === 'PUT partNumber' && s3.requests.length > 2 ? [403, 'AccessDenied'] : undefined;
    await expect(bucket(4).keep('events/a.gz', chunks('abcdefghijkl'))).rejects.toThrow(
      'S3 answered 403 AccessDenied',
    );
    expect(s3.requests).toEqual(['POST uploads', 'PUT partNumber', 'PUT partNumber', 'DELETE uploadId']);
    expect([s3.objects.size, s3.uploads.size]).toEqual([0, 0]);
  });

  it('is left with nothing when the rows cannot be read to their end', async () => {
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('abcdefghi');
      throw new Error('the database is away');
    };
    await expect(bucket(4).keep('events/a.gz', broken())).rejects.toThrow('the database is away');
    expect([s3.objects.size, s3.uploads.size]).toEqual([0, 0]);
  });

  it('is not believed when it says 200 and an error', async () => {
    s3.refuse = (request) => (request === 'POST uploadId' ? [200, 'InternalError'] : undefined);
    await expect(bucket(4).keep('events/a.gz', chunks('abcdef'))).rejects.toThrow(
      'S3 did not complete the upload: InternalError',
    );
    expect(s3.objects.size).toBe(0);
  });

  it('that is not there is named as such', async () => {
    const nowhere = new ExportBucket({ ...settings(), endpoint: 'http://127.0.0.1:1' }, 4, 1);
    await expect(nowhere.keep('events/a.gz', chunks('ab'))).rejects.toThrow('S3 cannot be reached');
  });
});

describe('retention', () => {
  const DAY = Math.floor(Date.now() / DAY_MS) * DAY_MS - 40 * DAY_MS;
  let own: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    own = await createTestDatabase();
    database = new Database({ url: own.url, poolSize: 2, applicationName: 'test' });
    await makePartition(database, 'events', DAY);
    await database.query(
      `INSERT INTO events (id, tenant_id, type, data, occurred_at, delivery_count, created_at)
       VALUES ($1, $1, 'a.b', '{"n": 1.0}', now(), 0, now())`,
      [lowestUuidAt(DAY + 1)],
    );
  });
  afterEach(async () => {
    await database.close();
    await own.drop();
  });

  it('drops a day when the bucket has it, and not before', async () => {
    const retention = thirtyDays(database, { exportBucket: settings() });
    const days = async (): Promise<number[]> =>
      (await listPartitions(database)).filter(({ dayMs }) => dayMs === DAY).map(({ dayMs }) => dayMs);

    s3.refuse = () => [403, 'AccessDenied'];
    await expect(retention.run()).rejects.toThrow('S3 answered 403 AccessDenied');
    expect(await days()).toEqual([DAY]);

    s3.refuse = () => undefined;
    await retention.run();
    expect(await days()).toEqual([]);
    const name = `logs/acme's (eu)/events/${new Date(DAY).toISOString().slice(0, 10)}.ndjson.gz`;
    expect([...s3.objects.keys()]).toEqual([name]);
    const text = gunzipSync(s3.objects.get(name)!).toString();
    expect(JSON.parse(text)).toMatchObject({ id: lowestUuidAt(DAY + 1), data: '{"n": 1.0}' });
  });
});
