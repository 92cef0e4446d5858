/** What the catalog tells of an event type beside its name, and whether emits are held against its schema. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class EventCatalog1763700700000 implements MigrationInterface {
  name = 'EventCatalog1763700700000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE event_types
        ADD COLUMN group_name text,
        ADD COLUMN version text,
        -- A list, besides the one example that test events carry.
        ADD COLUMN examples json,
        ADD COLUMN validation text NOT NULL DEFAULT 'off' CHECK (validation IN ('off', 'warn', 'reject'));
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE event_types DROP COLUMN group_name, DROP COLUMN version, DROP COLUMN examples, DROP COLUMN validation;
    `);
  }
}
