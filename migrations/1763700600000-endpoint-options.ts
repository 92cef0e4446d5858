/**
 * How an endpoint wants to be served beyond the first schema: in strict order, and with the signature headers of the
 * system that it was written for. Defaults are what every endpoint had until now.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class EndpointOptions1763700600000 implements MigrationInterface {
  name = 'EndpointOptions1763700600000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE endpoints
        ADD COLUMN ordering text NOT NULL DEFAULT 'none' CHECK (ordering IN ('none', 'strict')),
        -- Of a strict order: what a delivery that failed for good means for those behind it.
        ADD COLUMN on_failure text NOT NULL DEFAULT 'skip' CHECK (on_failure IN ('skip', 'hold')),
        ADD COLUMN signature_profile text NOT NULL DEFAULT 'none'
          CHECK (signature_profile IN ('none', 'svix', 'github', 'stripe'));
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE endpoints DROP COLUMN ordering, DROP COLUMN on_failure, DROP COLUMN signature_profile;
    `);
  }
}
