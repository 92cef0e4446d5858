/**
 * The audit log is only added to, and the database itself sees to it: no statement changes a record, whoever sends it, and
 * only retention deletes old ones, having said so for its transaction (src/store/expiry.ts). For each statement and not for
 * each row: an attempt that would have met no record is refused as well, and retention pays once a batch.
 *
 * It stops mistakes and whoever can make this program run SQL of theirs, not who owns the table: they can drop the trigger.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AuditLogGuard1763701700000 implements MigrationInterface {
  name = 'AuditLogGuard1763701700000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION refuse_audit_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' AND current_setting('posthorn.audit_retention', true) = 'on' THEN
          RETURN NULL; -- of a trigger for each statement, nobody looks at it
        END IF;
        RAISE EXCEPTION 'the audit log is only added to: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
      END $$;
      CREATE TRIGGER audit_log_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_log_change();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER audit_log_guard ON audit_log;
      DROP FUNCTION refuse_audit_log_change();
    `);
  }
}
