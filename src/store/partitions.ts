/**
 * One partition a day for each of the three large tables, made a week ahead. Their bounds are UUIDs: the first id
 * of a day is its midnight (UTC) in the upper 48 bits.
 *
 * What falls outside every partition goes to the default one, so that a missing partition is an alarm and not an
 * outage. A partition that is made late takes its rows out of the default partition in the same transaction.
 */
import { lowestUuidAt } from '../model/id.js';
import type { Queryable } from './database.js';

export const partitionedTables = ['events', 'deliveries', 'attempts'] as const;
export type PartitionedTable = (typeof partitionedTables)[number];

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 7;
/** A clock or a request can lie a little in the past; yesterday's partition must be there at the first start too. */
const DAYS_BEHIND = 1;

/** Makes the partitions from yesterday until a week ahead that are not there yet. Safe to run in many processes at once. */
export async function ensurePartitions(database: Queryable, nowMs: number): Promise<string[]> {
  const today = Math.floor(nowMs / DAY_MS);
  const { rows } = await database.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = ANY ($1::regclass[])`,
    [partitionedTables],
  );
  const existing = new Set(rows.map((row) => row.name));
  const made: string[] = [];
  for (const table of partitionedTables) {
    for (let day = today - DAYS_BEHIND; day <= today + DAYS_AHEAD; day++) {
      const name = partitionName(table, day * DAY_MS);
      if (existing.has(name)) continue;
      await makePartition(database, table, name, day);
      made.push(name);
    }
  }
  return made;
}

/** `events`, 2026-11-21 → `events_20261121`. */
export function partitionName(table: PartitionedTable, dayMs: number): string {
  return `${table}_${new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** One statement, hence one transaction: a crash leaves either no partition or a whole one. */
async function makePartition(
  database: Queryable,
  table: PartitionedTable,
  name: string,
  day: number,
): Promise<void> {
  const from = lowestUuidAt(day * DAY_MS);
  const to = lowestUuidAt((day + 1) * DAY_MS);
  await database.query(`
    DO $$
    BEGIN
      IF to_regclass('${name}') IS NULL THEN
        CREATE TABLE ${name} (LIKE ${table} INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING COMPRESSION);
        WITH strays AS (DELETE FROM ${table}_default WHERE id >= '${from}' AND id < '${to}' RETURNING *)
          INSERT INTO ${name} SELECT * FROM strays;
        ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}');
      END IF;
    END $$`);
}
