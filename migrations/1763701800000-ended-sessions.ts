/**
 * Console sessions that were signed out of before they expired. A session is a signed token and stored nowhere; that one
 * has ended must be known to every process. Retention deletes a row when its token would have expired by itself.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class EndedSessions1763701800000 implements MigrationInterface {
  name = 'EndedSessions1763701800000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE ended_sessions (
        -- The token's own id (jti).
        id uuid PRIMARY KEY,
        expires_at timestamptz NOT NULL
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ended_sessions;`);
  }
}
