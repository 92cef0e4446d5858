/** What an endpoint's requests look like: with the data or only a link to it, and by which method. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RequestShape1763700900000 implements MigrationInterface {
  name = 'RequestShape1763700900000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE endpoints
        ADD COLUMN payload text NOT NULL DEFAULT 'full' CHECK (payload IN ('full', 'thin')),
        ADD COLUMN http_method text NOT NULL DEFAULT 'POST' CHECK (http_method IN ('POST', 'PUT'));
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE endpoints DROP COLUMN payload, DROP COLUMN http_method;`);
  }
}
