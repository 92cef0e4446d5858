/**
 * Where Posthorn's own news go: to the operator's tenant, which exists from the start so that there is somewhere to
 * register an endpoint, and to tenants that ask for them (docs/operational-events.md).
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OperationalEvents1763700300000 implements MigrationInterface {
  name = 'OperationalEvents1763700300000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE tenants ADD COLUMN operational_events boolean NOT NULL DEFAULT false;
      INSERT INTO tenants (id, external_id, name)
        SELECT '00000000-0000-7000-8000-000000000001', 'posthorn-operator', 'The operator of this installation'
         WHERE NOT EXISTS (SELECT FROM tenants t WHERE t.external_id = 'posthorn-operator' AND t.deleted_at IS NULL);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DELETE FROM tenants WHERE id = '00000000-0000-7000-8000-000000000001';
      ALTER TABLE tenants DROP COLUMN operational_events;
    `);
  }
}
