/** Disabling and enabling an endpoint, by hand: its row and its lane change together, in the caller's transaction. */
import type { Queryable } from './database.js';

/** Its deliveries stay pending and wait. */
export async function disable(sql: Queryable, endpointId: string): Promise<void> {
  await sql.query(
    `UPDATE endpoints SET disabled = true, disabled_reason = 'by_request', disabled_at = now() WHERE id = $1`,
    [endpointId],
  );
  await sql.query(`UPDATE lanes SET parked_until = 'infinity' WHERE endpoint_id = $1`, [endpointId]);
}

/** A clean slate: whoever enables an endpoint has mended it. What has waited is let out by the ramp, not all at once. */
export async function enable(sql: Queryable, endpointId: string): Promise<void> {
  await sql.query(
    `UPDATE endpoints SET disabled = false, disabled_reason = NULL, disabled_at = NULL WHERE id = $1`,
    [endpointId],
  );
  await sql.query(
    `UPDATE lanes
        SET parked_until = '-infinity', ready_at = now(), ramp_started_at = now(), circuit = 'closed',
            circuit_changed_at = now(), circuit_reason = 'enabled', circuit_openings = 0, consecutive_failures = 0,
            window_started_at = NULL, window_attempts = 0, window_failures = 0, failing_since = NULL,
            failing_notified_at = NULL
      WHERE endpoint_id = $1`,
    [endpointId],
  );
}
