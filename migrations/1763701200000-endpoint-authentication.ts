/** How Posthorn authenticates itself to an endpoint: JSON, sealed whole, because which part is secret depends on its type. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class EndpointAuthentication1763701200000 implements MigrationInterface {
  name = 'EndpointAuthentication1763701200000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE endpoints ADD COLUMN auth_sealed bytea;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE endpoints DROP COLUMN auth_sealed;`);
  }
}
