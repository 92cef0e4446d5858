/**
 * Finds tenants by a part of their name or externalId, newest first.
 *
 * No index of plain Postgres serves a part of a text, and pg_trgm cannot be counted on: managed databases may forbid
 * extensions. So tenants are read one after the other, from the newest id down, and
 * each is held against the text. Measured through the API with 100,000 tenants, on two cores that were busy otherwise: a
 * page of a common word in 15 ms, of one in 256 tenants in 70 ms, and 0.3 to 0.45 s to find nothing, nearly all of it ILIKE
 * folding capitals. However many there are, a page ends after a bounded time (see bounded-walk.ts), and what it trades away
 * is said there.
 */
import type { DataSource } from 'typeorm';
import { OPERATOR_TENANT_ID } from '../model/operational-event.js';
import { walk, type Rows, type WalkedPage } from './bounded-walk.js';

/** The first turn finds a common word; the largest one is some 60 ms of reading, as far as a page may overstep its time. */
const SEARCH = { sizes: [256, 1_024, 4_096, 16_384], timeMs: 400 } as const;
const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The ids of those that fit. @param page.before only tenants made before this one @param page.only only this one */
export function searchTenants(
  dataSource: DataSource,
  search: string,
  page: { before: string | undefined; limit: number; only?: string },
  nowMs: () => number = () => performance.now(),
): Promise<WalkedPage<{ id: string }>> {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const step = async (rowsMax: number, before: string, limit: number): Promise<Rows<{ id: string }>> => {
    const [found] = await dataSource.query<[{ walked: number; position: string | null; ids: string[] }]>(
      // The number of rows is written in, so that the planner knows it. Deleted tenants are walked over like those that do
      // not fit: left out, the bound would not hold for them.
      `WITH walked AS MATERIALIZED (
         SELECT t.id, t.name, t.external_id, t.deleted_at FROM tenants t
          WHERE t.id < $1 AND ($5::uuid IS NULL OR t.id = $5) ORDER BY t.id DESC LIMIT ${rowsMax}
       )
       SELECT (SELECT count(*) FROM walked) AS walked,
              (SELECT w.id FROM walked w ORDER BY w.id LIMIT 1) AS position,
              ARRAY(SELECT w.id FROM walked w
                     WHERE w.deleted_at IS NULL AND w.id <> $2
                       AND (w.name ILIKE $3 OR w.external_id ILIKE $3)
                     ORDER BY w.id DESC LIMIT $4) AS ids`,
      [before, OPERATOR_TENANT_ID, pattern, limit, page.only ?? null],
    );
    return { matching: found.ids.map((id) => ({ id })), walked: found.walked, position: found.position };
  };
  return walk([step], { before: page.before ?? HIGHEST_ID, limit: page.limit, ...SEARCH, nowMs });
}
