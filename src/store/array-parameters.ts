/**
 * Arrays as parameters, cheaper than the driver makes them: it looks at every element for characters to escape.
 *
 * `plainArray` is for what has none (ids, numbers, instants, our own words). `binaryArray` is for anything else, as PostgreSQL's
 * binary format has it: as text, every quote of every payload would be escaped here and unescaped there, which for a
 * kilobyte of JSON is half of what storing it costs. A Buffer as a parameter is sent as binary.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/adt/arrayfuncs.c (array_recv)
 */
const OIDS = { text: 25, json: 114, bytea: 17 } as const;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;

/** `{a,b,NULL}`: only for values without white space, quotes, commas, braces or backslashes. */
export function plainArray(values: readonly (string | number | boolean | null)[]): string {
  let literal = '{';
  for (let index = 0; index < values.length; index++) {
    if (index > 0) literal += ',';
    literal += values[index] ?? 'NULL';
  }
  return `${literal}}`;
}

export function binaryArray(type: keyof typeof OIDS, values: readonly (string | Buffer | null)[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += LENGTH_BYTES + (value === null ? 0 : Buffer.byteLength(value));
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(values.length === 0 ? 0 : 1, 0); // dimensions
  buffer.writeInt32BE(1, 4); // there may be nulls
  buffer.writeInt32BE(OIDS[type], 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16); // the first index
  let offset = HEADER_BYTES;
  for (const value of values) {
    const start = offset + LENGTH_BYTES;
    if (value === null) {
      buffer.writeInt32BE(-1, offset);
      offset = start;
      continue;
    }
    const written = typeof value === 'string' ? buffer.write(value, start) : value.copy(buffer, start);
    buffer.writeInt32BE(written, offset);
    offset = start + written;
  }
  // An array without elements has no dimensions, and ends after its type.
  return values.length === 0 ? buffer.subarray(0, 12) : buffer;
}
