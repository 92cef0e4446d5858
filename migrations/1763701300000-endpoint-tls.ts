/** An endpoint's own TLS identity: client certificate, its key, the CA of its server; JSON, sealed whole for the key's sake. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class EndpointTls1763701300000 implements MigrationInterface {
  name = 'EndpointTls1763701300000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE endpoints ADD COLUMN tls_sealed bytea;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE endpoints DROP COLUMN tls_sealed;`);
  }
}
