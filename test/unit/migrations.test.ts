import { readdirSync } from 'node:fs';
import type { QueryRunner } from 'typeorm';
import { expect, it } from 'vitest';
import { migrations } from '../../migrations/index.js';

it('lists every migration that there is, oldest first', () => {
  const timestamps = readdirSync(new URL('../../migrations', import.meta.url))
    .filter((file) => file !== 'index.ts')
    .map((file) => file.split('-', 1)[0])
    .sort();
  // TypeORM orders by the number that a migration's class name ends in.
  expect(migrations.map((migration) => /\d+$/.exec(migration.name)?.[0])).toEqual(timestamps);
});

/** Never met a running version: it came before anything was released. */
const BEFORE_THE_FIRST_RELEASE = ['ReplayOfMany1763700200000'];
/** Migrations that take away, each with the release that was the last to use it; none so far. */
const CONTRACTIONS: Record<string, string> = {};

/** What the version before would stumble over, since it goes on running meanwhile and until it is replaced. */
const TAKES_AWAY = [
  /\bRENAME\b/i,
  /\bDROP (TABLE|COLUMN|TYPE|VIEW|CONSTRAINT|DEFAULT|SCHEMA)\b/i,
  /\bSET NOT NULL\b/i,
  /\bALTER COLUMN \w+ (SET DATA )?TYPE\b/i,
  /\bTRUNCATE\b(?! ON\b)/i, // as a statement; a trigger that refuses it takes nothing away
  // A column that the version before does not know, and that wants a value from it.
  /\bADD COLUMN (?![^,;]*\bDEFAULT\b)[^,;]*\bNOT NULL\b/i,
];

it.each(migrations.filter(({ name }) => !BEFORE_THE_FIRST_RELEASE.includes(name) && !(name in CONTRACTIONS)))(
  '$name only adds, so that the version before goes on working',
  async (Migration) => {
    const statements: string[] = [];
    const runner = { query: async (statement: string) => void statements.push(statement) };
    await new Migration().up(runner as unknown as QueryRunner);
    const sql = statements.join(';\n').replaceAll(/--.*$/gm, '');
    expect(TAKES_AWAY.filter((pattern) => pattern.test(sql))).toEqual([]);
  },
);

it('would find out one that takes away', () => {
  const found = (sql: string): boolean => TAKES_AWAY.some((pattern) => pattern.test(sql));
  for (const sql of [
    'ALTER TABLE a RENAME COLUMN b TO c',
    'ALTER TABLE a DROP COLUMN b',
    'ALTER TABLE a ADD COLUMN b integer NOT NULL',
    'ALTER TABLE a ALTER COLUMN b TYPE bigint',
    'TRUNCATE a',
    'TRUNCATE ONLY a',
  ])
    expect([sql, found(sql)]).toEqual([sql, true]);
  expect(found("ALTER TABLE a ADD COLUMN b text NOT NULL DEFAULT 'x', ADD COLUMN c text")).toBe(false);
});
