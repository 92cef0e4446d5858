/**
 * Arrays of long values as PostgreSQL's binary format has them. The driver would write them as text, escaping every
 * quote of every payload, and the server would undo that again: for a kilobyte of JSON, half of what storing it costs.
 * A Buffer as a parameter is sent as binary.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/adt/arrayfuncs.c (array_recv)
 */
const OIDS = { text: 25, json: 114, bytea: 17 } as const;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;

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
