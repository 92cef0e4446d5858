/**
 * The first schema. Three tables are cut by day on their UUIDv7 id (`events`, `deliveries`, `attempts`), so that
 * retention drops a day instead of deleting rows, and indexes stay the size of a day. Their partitions are made by
 * src/store/partitions.ts, a week ahead; the default partitions only catch what a wrong clock would otherwise lose.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Ledger1763700000000 implements MigrationInterface {
  name = 'Ledger1763700000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE tenants (
        id uuid PRIMARY KEY,
        external_id text,
        name text NOT NULL,
        metadata jsonb NOT NULL DEFAULT '{}',
        strict_event_types boolean NOT NULL DEFAULT false,
        emit_rate_limit_per_second integer,
        -- Raised by every change to the tenant's endpoints: emit compares it with the version it has cached, in the
        -- transaction that stores the event, so that no process matches against endpoints of yesterday.
        endpoints_version bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz
      );
      CREATE UNIQUE INDEX tenants_external_id ON tenants (external_id) WHERE deleted_at IS NULL;

      CREATE TABLE event_types (
        name text PRIMARY KEY,
        description text NOT NULL DEFAULT '',
        schema json,
        example json,
        archived boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      -- One row, raised by every change to event_types; read by emit as endpoints_version is.
      CREATE TABLE catalog (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        version bigint NOT NULL DEFAULT 1
      );
      INSERT INTO catalog DEFAULT VALUES;

      CREATE TABLE endpoints (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL REFERENCES tenants (id),
        url text NOT NULL,
        description text NOT NULL DEFAULT '',
        event_types text[] NOT NULL,
        filter json,
        headers_sealed bytea,
        body_format text NOT NULL DEFAULT 'standard',
        signing text NOT NULL DEFAULT 'hmac',
        retry json,
        timeout_ms integer,
        rate_limit_per_second integer,
        max_in_flight integer,
        metadata jsonb NOT NULL DEFAULT '{}',
        disabled boolean NOT NULL DEFAULT false,
        disabled_reason text,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz
      );
      CREATE INDEX endpoints_tenant ON endpoints (tenant_id, id) WHERE deleted_at IS NULL;

      CREATE TABLE endpoint_secrets (
        id uuid PRIMARY KEY,
        endpoint_id uuid NOT NULL REFERENCES endpoints (id),
        tenant_id uuid NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- null: the current secret; otherwise it signs beside the current one until then.
        expires_at timestamptz
      );
      CREATE INDEX endpoint_secrets_endpoint ON endpoint_secrets (endpoint_id);

      -- The hot state of an endpoint, one row each. Apart from endpoints, so that a failing endpoint's churn
      -- neither rewrites its configuration nor invalidates the caches that hold it.
      CREATE TABLE lanes (
        endpoint_id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        -- When the scheduler should next look for due deliveries of this endpoint; infinity: nothing waits.
        ready_at timestamptz NOT NULL DEFAULT 'infinity',
        -- Not before: an open circuit's next probe, a Retry-After, or infinity while disabled.
        parked_until timestamptz NOT NULL DEFAULT '-infinity',
        -- True while due deliveries wait in the ledger: new ones queue up behind them instead of overtaking.
        backlogged boolean NOT NULL DEFAULT false,
        -- Of a governed lane (half open, strictly ordered, or narrower than the number of dispatchers): what is out.
        outstanding uuid[] NOT NULL DEFAULT '{}',
        rate_tokens real NOT NULL DEFAULT 0,
        rate_refilled_at timestamptz NOT NULL DEFAULT '-infinity',
        circuit text NOT NULL DEFAULT 'closed' CHECK (circuit IN ('closed', 'open', 'half_open')),
        circuit_changed_at timestamptz,
        circuit_reason text,
        circuit_openings integer NOT NULL DEFAULT 0,
        consecutive_failures integer NOT NULL DEFAULT 0,
        window_started_at timestamptz,
        window_attempts integer NOT NULL DEFAULT 0,
        window_failures integer NOT NULL DEFAULT 0,
        ramp_started_at timestamptz,
        failing_since timestamptz,
        last_success_at timestamptz,
        last_failure_at timestamptz,
        failing_notified_at timestamptz
      ) WITH (fillfactor = 50);
      -- Two, because endpoints that have failed lately and those that have not take turns among themselves.
      CREATE INDEX lanes_wake_well ON lanes (GREATEST(ready_at, parked_until))
        WHERE consecutive_failures = 0 AND window_failures = 0;
      CREATE INDEX lanes_wake_troubled ON lanes (GREATEST(ready_at, parked_until))
        WHERE consecutive_failures > 0 OR window_failures > 0;

      CREATE TABLE dispatchers (
        id uuid PRIMARY KEY,
        heartbeat_at timestamptz NOT NULL,
        started_at timestamptz NOT NULL,
        description text NOT NULL
      );

      CREATE TABLE idempotency_keys (
        tenant_id uuid NOT NULL,
        key text NOT NULL,
        event_id uuid NOT NULL,
        request_hash bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, key)
      );
      CREATE INDEX idempotency_keys_created ON idempotency_keys USING brin (created_at);

      CREATE TABLE api_keys (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('admin', 'emitter', 'support')),
        key_hash bytea NOT NULL UNIQUE,
        hint text NOT NULL,
        tenant_id uuid REFERENCES tenants (id),
        event_types text[],
        payload_access boolean NOT NULL DEFAULT true,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE audit_log (
        id uuid PRIMARY KEY,
        actor_kind text NOT NULL,
        actor_id text,
        actor_name text,
        tenant_id uuid,
        action text NOT NULL,
        target_id text,
        details jsonb NOT NULL DEFAULT '{}',
        remote_address text,
        request_id text,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX audit_log_tenant ON audit_log (tenant_id, id);

      CREATE TABLE replays (
        id uuid PRIMARY KEY,
        tenant_id uuid,
        filter jsonb NOT NULL,
        rate_per_second integer,
        status text NOT NULL CHECK (status IN ('running', 'completed', 'canceled', 'failed')),
        total bigint NOT NULL DEFAULT 0,
        replayed bigint NOT NULL DEFAULT 0,
        -- The id of the last delivery done: where a crashed replay is taken up again.
        position uuid,
        worker_lease_until timestamptz NOT NULL DEFAULT '-infinity',
        error text,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        completed_at timestamptz
      );

      CREATE TABLE events (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        type text NOT NULL,
        -- The JSON text as it was emitted, byte for byte: jsonb would reorder keys and round numbers.
        data text NOT NULL,
        occurred_at timestamptz NOT NULL,
        tags text[] NOT NULL DEFAULT '{}',
        external_id text,
        delivery_count integer NOT NULL,
        test boolean NOT NULL DEFAULT false,
        hops smallint NOT NULL DEFAULT 0,
        traceparent text,
        created_at timestamptz NOT NULL
      ) PARTITION BY RANGE (id);
      CREATE INDEX events_tenant ON events (tenant_id, id);

      CREATE TYPE delivery_status AS ENUM ('pending', 'succeeded', 'failed', 'canceled');
      CREATE TABLE deliveries (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        event_id uuid NOT NULL,
        event_type text NOT NULL,
        status delivery_status NOT NULL,
        -- Leased: in the hot window (queue or dispatcher), due_at is the lease's end. Otherwise it waits until due_at.
        leased boolean NOT NULL,
        due_at timestamptz NOT NULL,
        -- Raised by every claim: a reference with an older epoch is stale.
        epoch integer NOT NULL,
        attempt_count integer NOT NULL DEFAULT 0,
        -- Attempts in the present schedule; a replay starts a fresh one.
        schedule_attempts integer NOT NULL DEFAULT 0,
        trigger text NOT NULL,
        replay_id uuid,
        last_status_code smallint,
        last_error_code text,
        last_attempt_at timestamptz,
        completed_at timestamptz,
        created_at timestamptz NOT NULL
      ) PARTITION BY RANGE (id);
      CREATE INDEX deliveries_tenant ON deliveries (tenant_id, id);
      CREATE INDEX deliveries_endpoint ON deliveries (endpoint_id, id);
      CREATE INDEX deliveries_event ON deliveries (event_id);
      CREATE INDEX deliveries_type ON deliveries (event_type, id);
      CREATE INDEX deliveries_failed ON deliveries (id) WHERE status = 'failed';
      CREATE INDEX deliveries_canceled ON deliveries (id) WHERE status = 'canceled';
      CREATE INDEX deliveries_status_code ON deliveries (last_status_code, id)
        WHERE last_status_code IS NOT NULL AND last_status_code NOT BETWEEN 200 AND 299;
      CREATE INDEX deliveries_error_code ON deliveries (last_error_code, id) WHERE last_error_code IS NOT NULL;
      CREATE INDEX deliveries_replay ON deliveries (replay_id, status) WHERE replay_id IS NOT NULL;
      CREATE INDEX deliveries_leased ON deliveries (due_at) WHERE leased;
      CREATE INDEX deliveries_waiting ON deliveries (endpoint_id, due_at, id) WHERE status = 'pending' AND NOT leased;

      CREATE TABLE attempts (
        id uuid PRIMARY KEY,
        delivery_id uuid NOT NULL,
        tenant_id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        event_id uuid NOT NULL,
        attempt_number integer NOT NULL,
        epoch integer NOT NULL,
        trigger text NOT NULL,
        url text NOT NULL,
        request_headers json NOT NULL,
        status_code smallint,
        response_headers json,
        response_body bytea,
        response_body_truncated boolean NOT NULL DEFAULT false,
        error_code text,
        error_message text,
        remote_address text,
        timings json NOT NULL,
        duration_ms real NOT NULL,
        started_at timestamptz NOT NULL
      ) PARTITION BY RANGE (id);
      CREATE INDEX attempts_delivery ON attempts (delivery_id, id);

      CREATE TABLE events_default PARTITION OF events DEFAULT;
      CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT;
      CREATE TABLE attempts_default PARTITION OF attempts DEFAULT;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE attempts, deliveries, events, replays, audit_log, api_keys, idempotency_keys, dispatchers, lanes,
        endpoint_secrets, endpoints, catalog, event_types, tenants;
      DROP TYPE delivery_status;
    `);
  }
}
