/**
 * One partition a day for each of the three large tables, made a week ahead. Their bounds are UUIDs: the first id
 * of a day is its midnight (UTC) in the upper 48 bits.
 *
 * What falls outside every partition goes to the default one, so that a missing partition is an alarm and not an
 * outage. A partition that is made late takes its rows out of the default partition in the same transaction.
 *
 * Attaching takes a lock on the default partition that every statement on the table would queue behind. It is waited
 * for only a moment: whatever holds it (a long search, a backup) goes on, and so do the others; a week is time enough.
 *
 * The whole table is locked just before. A statement that waited for the default partition alone has been planned without
 * the new one, but looks after the commit: it would not find rows that are there, and an insert would be refused.
 */
import { lowestUuidAt } from '../model/id.js';
import type { Queryable } from './database.js';

export const partitionedTables = ['events', 'deliveries', 'attempts'] as const;
export type PartitionedTable = (typeof partitionedTables)[number];

export const DAY_MS = 86_400_000;
const DAYS_AHEAD = 7;
/** A clock or a request can lie a little in the past; yesterday's partition must be there at the first start too. */
const DAYS_BEHIND = 1;

/** Rows that are brought home from a default partition at once: everybody waits for as long as that takes, a second or two. */
const STRAYS_MAX = 100_000;
const LOCK_MS_MAX = 200;
const LOCK_TRIES = 5;
const LOCK_PAUSE_MS = 250;
/** SQLSTATE lock_not_available. */
export const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Makes the partitions from yesterday until a week ahead that are not there yet, unless the table is too busy at the
 * moment. Answers the names of those that it made. Safe to run in many processes at once.
 */
export async function ensurePartitions(database: Queryable, nowMs: number): Promise<string[]> {
  const today = Math.floor(nowMs / DAY_MS);
  const existing = new Set((await listPartitions(database)).map((partition) => partition.name));
  const made: string[] = [];
  for (const table of partitionedTables) {
    for (let day = today - DAYS_BEHIND; day <= today + DAYS_AHEAD; day++) {
      const name = partitionName(table, day * DAY_MS);
      if (!existing.has(name) && (await makePartition(database, table, day * DAY_MS))) made.push(name);
    }
  }
  return made;
}

export interface Partition {
  name: string;
  table: PartitionedTable;
  /** Midnight (UTC) of its day. */
  dayMs: number;
  /** False: retention has taken it out of its table and has not dropped it yet. */
  attached: boolean;
}

const PARTITION_NAME = /^(events|deliveries|attempts)_(\d{4})(\d{2})(\d{2})$/;

/** Oldest first; default partitions are not among them. */
export async function listPartitions(database: Queryable): Promise<Partition[]> {
  const { rows } = await database.query<{ name: string; attached: boolean }>(
    `SELECT c.relname AS name, EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid) AS attached
       FROM pg_class c
      WHERE c.relkind = 'r' AND c.relname ~ '^(events|deliveries|attempts)_[0-9]{8}$'
        AND c.relnamespace = (SELECT p.relnamespace FROM pg_class p WHERE p.oid = 'events'::regclass)`,
  );
  return rows
    .map(({ name, attached }) => {
      const [, table, year, month, day] = PARTITION_NAME.exec(name)!;
      const dayMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
      return { name, table: table as PartitionedTable, dayMs, attached };
    })
    .sort((a, b) => a.dayMs - b.dayMs);
}

/** `events`, 2026-11-21 → `events_20261121`. */
export function partitionName(table: PartitionedTable, dayMs: number): string {
  return `${table}_${new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/**
 * One statement, hence one transaction: a crash leaves either no partition or a whole one. Answers false when the table
 * was too busy, or the rows too many; the default partition has them meanwhile.
 */
export async function makePartition(
  database: Queryable,
  table: PartitionedTable,
  dayMs: number,
  straysMax = STRAYS_MAX,
): Promise<boolean> {
  const name = partitionName(table, dayMs);
  const from = lowestUuidAt(dayMs);
  const to = lowestUuidAt(dayMs + DAY_MS);
  const { rows } = await database.query<{ strays: number }>(
    `SELECT count(*) AS strays
       FROM (SELECT FROM ${table}_default d WHERE d.id >= '${from}' AND d.id < '${to}' LIMIT ${straysMax + 1}) s`,
  );
  if (rows[0]!.strays > straysMax) return false;
  return withLockTries(async () => {
    await database.query(`
      DO $$
      BEGIN
        PERFORM set_config('lock_timeout', '${LOCK_MS_MAX}ms', true);
        LOCK TABLE ONLY ${table} IN ACCESS EXCLUSIVE MODE;
        IF to_regclass('${name}') IS NULL THEN
          CREATE TABLE ${name} (LIKE ${table} INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING COMPRESSION);
          WITH strays AS (DELETE FROM ${table}_default WHERE id >= '${from}' AND id < '${to}' RETURNING *)
            INSERT INTO ${name} SELECT * FROM strays;
          ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}');
        END IF;
      END $$`);
  });
}

/** Tries what takes a lock that others would queue behind, a few times; false when it never got it. */
export async function withLockTries(work: () => Promise<void>): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      await work();
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
      if (tries === LOCK_TRIES) return false;
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
  }
}
