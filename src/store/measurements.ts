/**
 * Figures that are the same whoever measures them, measured by one process for all: whoever is asked first after the
 * pause claims the row, measures, and leaves the result there; the others read it. However many processes there are
 * and however often they are scraped, the database answers these questions once.
 *
 * The pause grows with what measuring costs: at least 5 s, and twenty times what it took, so that counting a very
 * large backlog never takes more than a twentieth of one connection.
 */
import type { Queryable } from './database.js';
import { measure, type Figures } from './health-queries.js';

const PAUSE_SECONDS_MIN = 5;
const PAUSE_PER_COST = 20;

export interface Measurement {
  figures: Figures;
  ageSeconds: number;
}

/** The newest figures; measured now if nobody has done so lately. `undefined`: another process is at it for the first time. */
export async function currentFigures(database: Queryable, nowMs: number): Promise<Measurement | undefined> {
  const { rowCount } = await database.query(
    `UPDATE measurements m SET claimed_at = now()
      WHERE m.claimed_at <= now() - GREATEST(${PAUSE_SECONDS_MIN}, m.took_ms / 1000 * ${PAUSE_PER_COST}) * interval '1 second'`,
  );
  if ((rowCount ?? 0) > 0) await measureAndKeep(database, nowMs);
  const { rows } = await database.query<{ figures: Figures; age: number }>(
    `SELECT m.figures, extract(epoch FROM now() - m.measured_at)::float8 AS age
       FROM measurements m WHERE m.figures IS NOT NULL`,
  );
  const row = rows[0];
  return row === undefined ? undefined : { figures: row.figures, ageSeconds: row.age };
}

/** A crash in here leaves the old figures; they are measured again after the pause. */
async function measureAndKeep(database: Queryable, nowMs: number): Promise<void> {
  const startedAt = performance.now();
  const figures = await measure(database, nowMs);
  await database.query(`UPDATE measurements m SET figures = $1, measured_at = now(), took_ms = $2`, [
    JSON.stringify(figures),
    performance.now() - startedAt,
  ]);
}
