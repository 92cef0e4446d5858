import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryArray } from '../../src/store/array-parameters.js';
import { Database } from '../../src/store/database.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('array parameters', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = new Database({ url: testDatabase.url, poolSize: 2, applicationName: 'test' });
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  const back = async (type: 'text' | 'json' | 'bytea', values: (string | Buffer | null)[]) => {
    const { rows } = await database.query<{ value: unknown }>(
      `SELECT unnest($1::${type}[])${type === 'json' ? '::text' : ''} AS value`,
      [binaryArray(type, values)],
    );
    return rows.map((row) => row.value);
  };

  it('brings any text to PostgreSQL as it is', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '"', '\\', '{}', 'NULL', ',', "'", '\n'),
    );
    const storable = text.filter(
      (value) => !value.includes('\u0000') && Buffer.from(value).toString() === value,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(storable)), async (values) => {
        expect(await back('text', values)).toEqual(values);
      }),
    );
  });

  it('brings any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(fc.uint8Array())), async (values: (Uint8Array | null)[]) => {
        const buffers = values.map((value) => (value === null ? null : Buffer.from(value)));
        expect(await back('bytea', buffers)).toEqual(buffers);
      }),
    );
  });

  it('brings JSON text byte for byte', async () => {
    expect(await back('json', ['{"b":1, "a":12345678901234567890}', null])).toEqual([
      '{"b":1, "a":12345678901234567890}',
      null,
    ]);
  });
});
