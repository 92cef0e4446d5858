/** Who opened a listener: staff and customers see each other's in the console. Null: opened by a version that did not write it. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ListenerAuthors1763701600000 implements MigrationInterface {
  name = 'ListenerAuthors1763701600000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE listeners ADD COLUMN created_by text;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE listeners DROP COLUMN created_by;`);
  }
}
