/** What makes an endpoint's bodies: a JSONata expression; null: the body follows `body_format`. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class EndpointTransformation1763701400000 implements MigrationInterface {
  name = 'EndpointTransformation1763701400000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE endpoints ADD COLUMN transformation text;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE endpoints DROP COLUMN transformation;`);
  }
}
