/** A day's rows as JSON, a line each, by the names of its columns. Only of a detached partition, which nobody can change any more. */
import type { Queryable } from './database.js';
import type { Partition } from './partitions.js';

/** Rows read at a time: a few megabytes of the largest ones. */
const PAGE = 500;

/** Page by page in the order of ids: no transaction stays open while whoever takes them is slow. */
export async function* readLines(
  database: Queryable,
  { name }: Pick<Partition, 'name'>,
): AsyncGenerator<string[]> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows } = await database.query<{ id: string; line: string }>(
      `SELECT p.id, row_to_json(p)::text AS line FROM ${name} p WHERE p.id > $1 ORDER BY p.id LIMIT ${PAGE}`,
      [after],
    );
    if (rows.length > 0) yield rows.map((row) => row.line);
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}
