/**
 * What a replay of many deliveries needs to be worked on by whichever process comes first.
 *
 * The lease became a time: whoever works on a replay holds its row's lock for one batch, and a crash lets go of a
 * lock at once. What is to be kept is only when the next batch may begin, which is what paces it.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ReplayOfMany1763700200000 implements MigrationInterface {
  name = 'ReplayOfMany1763700200000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE replays RENAME COLUMN worker_lease_until TO next_batch_at;
      ALTER TABLE replays
        ALTER COLUMN next_batch_at SET DEFAULT now(),
        ALTER COLUMN rate_per_second SET NOT NULL,
        -- Also makes deliveries for events that the endpoint never had.
        ADD COLUMN missing boolean NOT NULL DEFAULT false,
        -- What became of the replayed deliveries, counted now and then; infinity: nothing will change any more.
        ADD COLUMN succeeded bigint NOT NULL DEFAULT 0,
        ADD COLUMN failed bigint NOT NULL DEFAULT 0,
        ADD COLUMN canceled bigint NOT NULL DEFAULT 0,
        ADD COLUMN pending bigint NOT NULL DEFAULT 0,
        ADD COLUMN tally_due_at timestamptz NOT NULL DEFAULT now();
      CREATE INDEX replays_running ON replays (next_batch_at) WHERE status = 'running';
      CREATE INDEX replays_tally ON replays (tally_due_at) WHERE tally_due_at < 'infinity';
      CREATE INDEX replays_tenant ON replays (tenant_id, id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX replays_running, replays_tally, replays_tenant;
      ALTER TABLE replays
        DROP COLUMN missing, DROP COLUMN succeeded, DROP COLUMN failed, DROP COLUMN canceled, DROP COLUMN pending,
        DROP COLUMN tally_due_at,
        ALTER COLUMN rate_per_second DROP NOT NULL,
        ALTER COLUMN next_batch_at SET DEFAULT '-infinity';
      ALTER TABLE replays RENAME COLUMN next_batch_at TO worker_lease_until;
    `);
  }
}
