/**
 * What upkeep remembers: which task ran when and whether it succeeded, and the figures that one process measures for
 * all of them. Rows and not advisory locks, since a session's lock does not survive a pooler such as PgBouncer.
 *
 * The indexes hold only what is out of order (a few rows of a hundred thousand), so that counting it costs nothing;
 * lanes in trouble have theirs since TroubledEndpointsIndex.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Upkeep1763700500000 implements MigrationInterface {
  name = 'Upkeep1763700500000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE upkeep_tasks (
        name text PRIMARY KEY,
        started_at timestamptz NOT NULL,
        -- Whoever started it is presumed dead after this.
        lease_until timestamptz NOT NULL,
        succeeded_at timestamptz,
        error text
      );
      CREATE TABLE measurements (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        claimed_at timestamptz NOT NULL DEFAULT '-infinity',
        measured_at timestamptz NOT NULL DEFAULT '-infinity',
        took_ms real NOT NULL DEFAULT 0,
        figures jsonb
      );
      INSERT INTO measurements DEFAULT VALUES;

      CREATE INDEX endpoints_disabled ON endpoints (disabled_reason) WHERE disabled AND deleted_at IS NULL;
      CREATE INDEX endpoints_deleted ON endpoints (deleted_at) WHERE deleted_at IS NOT NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX endpoints_disabled, endpoints_deleted;
      DROP TABLE measurements, upkeep_tasks;
    `);
  }
}
