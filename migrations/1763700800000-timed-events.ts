/** When an event is to be sent, and until when it is worth sending. Null, as for all events before: at once, and always. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TimedEvents1763700800000 implements MigrationInterface {
  name = 'TimedEvents1763700800000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(
      `ALTER TABLE events ADD COLUMN deliver_at timestamptz, ADD COLUMN expires_at timestamptz;`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE events DROP COLUMN deliver_at, DROP COLUMN expires_at;`);
  }
}
