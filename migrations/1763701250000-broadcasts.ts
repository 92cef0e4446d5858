/** One event for many tenants: what was asked for, and how far it has come. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Broadcasts1763701250000 implements MigrationInterface {
  name = 'Broadcasts1763701250000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE broadcasts (
        id uuid PRIMARY KEY,
        type text NOT NULL,
        -- Forgotten once it has ended: payloads are kept with events, and go when they go.
        data text,
        tags text[] NOT NULL DEFAULT '{}',
        occurred_at timestamptz NOT NULL,
        hops smallint NOT NULL DEFAULT 0,
        -- Null: whoever has an endpoint that matches.
        tenant_ids uuid[],
        idempotency_key text UNIQUE,
        request_hash bytea NOT NULL,
        status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'completed', 'canceled', 'failed')),
        -- The last tenant that was looked at.
        position uuid,
        next_batch_at timestamptz NOT NULL DEFAULT now(),
        total bigint NOT NULL,
        emitted bigint NOT NULL DEFAULT 0,
        skipped bigint NOT NULL DEFAULT 0,
        refused bigint NOT NULL DEFAULT 0,
        last_refusal text,
        error text,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        completed_at timestamptz
      );
      CREATE INDEX broadcasts_running ON broadcasts (next_batch_at) WHERE status = 'running';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE broadcasts;`);
  }
}
