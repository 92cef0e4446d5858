/**
 * The console's overview asks every few seconds which endpoints are in trouble. Few are; without these it would read
 * every lane, and every endpoint, to find them.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TroubledEndpointsIndex1763700400000 implements MigrationInterface {
  name = 'TroubledEndpointsIndex1763700400000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE INDEX lanes_troubled ON lanes (endpoint_id) WHERE failing_since IS NOT NULL OR circuit <> 'closed';
      CREATE INDEX endpoints_disabled_by_us ON endpoints (disabled_at)
        WHERE disabled AND disabled_reason <> 'by_request' AND deleted_at IS NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX lanes_troubled, endpoints_disabled_by_us`);
  }
}
