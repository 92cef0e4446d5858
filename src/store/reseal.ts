/**
 * Puts what is sealed under an older key under the first one (src/store/sealing.ts), so that the older key can be taken
 * away. Runs beside processes that read and write the same rows: each row is locked while it is resealed, and rows that
 * somebody else has locked are left for the next round. A crash loses nothing: what was committed is under the new key,
 * the rest under the old one, and both open. Running it again goes on from there.
 *
 * Every process must know the new key before it runs, or those that do not cannot open what it leaves behind.
 */
import type { Database, Queryable } from './database.js';
import type { SealContext, Sealer } from './sealing.js';

/** Small enough that nobody waits for a lock that anybody notices. */
const BATCH_ROWS = 200;

interface SealedRow {
  id: string;
  tenant_id: string;
  endpoint_id: string;
  sealed: Buffer;
}

/** Where sealed values stand. What is sealed in a new place is forgotten by a rotation unless it is listed here. */
interface SealedColumn {
  purpose: SealContext['purpose'];
  /** Selects a batch after an id, with locks; skips what is under the key id `$2` already. */
  read: string;
  write: string;
}

/** Bytes 2 to 5 of a sealed value are its key's id. */
const UNDER_ANOTHER_KEY = (column: string) => `substring(${column} FROM 2 FOR 4) <> $2`;

const columns: SealedColumn[] = [
  {
    purpose: 'secret',
    read: `
      SELECT s.id, s.tenant_id, s.endpoint_id, s.sealed FROM endpoint_secrets s
       WHERE s.id > $1 AND ${UNDER_ANOTHER_KEY('s.sealed')}
       ORDER BY s.id LIMIT $3 FOR UPDATE SKIP LOCKED`,
    write: `
      UPDATE endpoint_secrets s SET sealed = r.sealed
        FROM unnest($1::uuid[], $2::bytea[]) AS r (id, sealed) WHERE s.id = r.id`,
  },
  ofEndpoints('headers', 'headers_sealed'),
  ofEndpoints('authentication', 'auth_sealed'),
  ofEndpoints('client_key', 'tls_sealed'),
];

/** A column of `endpoints` itself. */
function ofEndpoints(purpose: SealedColumn['purpose'], column: string): SealedColumn {
  return {
    purpose,
    // FOR NO KEY UPDATE: deliveries and secrets that refer to the endpoint may be written meanwhile.
    read: `
      SELECT e.id, e.tenant_id, e.id AS endpoint_id, e.${column} AS sealed FROM endpoints e
       WHERE e.id > $1 AND e.${column} IS NOT NULL AND ${UNDER_ANOTHER_KEY(`e.${column}`)}
       ORDER BY e.id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED`,
    write: `
      UPDATE endpoints e SET ${column} = r.sealed
        FROM unnest($1::uuid[], $2::bytea[]) AS r (id, sealed) WHERE e.id = r.id`,
  };
}

export interface Resealed {
  purpose: SealContext['purpose'];
  count: number;
  /** Still under another key: locked by somebody just then. Run it again. */
  remaining: number;
}

/** @throws SealBrokenError when a value is under a key that was not given; what came before it stays resealed */
export async function resealAll(
  database: Database,
  sealer: Sealer,
  progress: (purpose: string, count: number) => void = () => undefined,
): Promise<Resealed[]> {
  const resealed: Resealed[] = [];
  for (const column of columns) {
    const count = await resealColumn(database, sealer, column, (sofar) => progress(column.purpose, sofar));
    resealed.push({
      purpose: column.purpose,
      count,
      remaining: await countRemaining(database, sealer, column),
    });
  }
  return resealed;
}

async function resealColumn(
  database: Database,
  sealer: Sealer,
  column: SealedColumn,
  progress: (count: number) => void,
): Promise<number> {
  let count = 0;
  for (let after: string | undefined = LOWEST_UUID; after !== undefined;) {
    const done = await database.transaction((sql) => resealBatch(sql, sealer, column, after!));
    count += done.length;
    after = done.at(-1);
    if (done.length > 0) progress(count);
  }
  return count;
}

const LOWEST_UUID = '00000000-0000-0000-0000-000000000000';

/** @returns the ids of what it has resealed, in order */
async function resealBatch(
  sql: Queryable,
  sealer: Sealer,
  { purpose, read, write }: SealedColumn,
  after: string,
): Promise<string[]> {
  const { rows } = await sql.query<SealedRow>(read, [after, sealer.currentKeyId, BATCH_ROWS]);
  if (rows.length === 0) return [];
  const anew = rows.map((row) => {
    const context: SealContext = { tenantId: row.tenant_id, endpointId: row.endpoint_id, purpose };
    return sealer.seal(sealer.open(row.sealed, context), context);
  });
  const ids = rows.map(({ id }) => id);
  await sql.query(write, [ids, anew]);
  return ids;
}

async function countRemaining(database: Database, sealer: Sealer, { read }: SealedColumn): Promise<number> {
  const unlocked = read.replace(/ORDER BY[\s\S]*$/, '');
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (${unlocked} LIMIT $3) remaining`,
    [LOWEST_UUID, sealer.currentKeyId, 1_000_000],
  );
  return rows[0]!.count;
}
