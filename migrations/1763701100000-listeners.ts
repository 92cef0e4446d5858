/**
 * Endpoints that a connected CLI serves: their leases, and the requests on their way to it and back.
 *
 * The requests are not logged to disk: a crash of the database empties the table, and what was in it is an attempt without
 * an answer, which the ledger tries again like any other.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Listeners1763701100000 implements MigrationInterface {
  name = 'Listeners1763701100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE listeners (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        endpoint_id uuid NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- Moved forward by each poll; after it, upkeep deletes the endpoint.
        lease_until timestamptz NOT NULL
      );
      CREATE INDEX listeners_tenant ON listeners (tenant_id);
      CREATE INDEX listeners_endpoint ON listeners (endpoint_id);
      CREATE UNLOGGED TABLE listener_requests (
        id uuid PRIMARY KEY,
        listener_id uuid NOT NULL,
        -- JSON: method, headers, body.
        request text NOT NULL,
        -- Nobody waits for an answer any more.
        expires_at timestamptz NOT NULL,
        taken_at timestamptz,
        answered_at timestamptz,
        -- JSON: what the local server answered, or why it did not.
        answer text
      );
      CREATE INDEX listener_requests_waiting ON listener_requests (listener_id, id) WHERE taken_at IS NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE listener_requests, listeners;`);
  }
}
