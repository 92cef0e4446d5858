/**
 * What retention needs to let deleted tenants go: to find them, and to find out that nothing refers to them any more.
 * PostgreSQL itself asks the latter of every row that it deletes, and without these would read all endpoints and keys for it.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TenantPurge1763701500000 implements MigrationInterface {
  name = 'TenantPurge1763701500000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE INDEX tenants_deleted ON tenants (deleted_at) WHERE deleted_at IS NOT NULL;
      -- Whole, since the question of a foreign key knows of no condition; endpoints_tenant has one.
      CREATE INDEX endpoints_tenant_ever ON endpoints (tenant_id);
      CREATE INDEX api_keys_tenant ON api_keys (tenant_id) WHERE tenant_id IS NOT NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX tenants_deleted, endpoints_tenant_ever, api_keys_tenant;`);
  }
}
