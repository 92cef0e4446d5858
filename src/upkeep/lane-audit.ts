/**
 * What Posthorn does to endpoints by itself, in the audit log beside what people do. Written after the change and not with
 * it: the breaker's transaction holds locks that the scheduler waits for. A crash in between loses the entry, never the
 * change.
 */
import { toPublicId } from '../model/id.js';
import { recordAudit } from '../store/audit.js';
import type { Clock } from '../store/clock.js';
import type { Queryable } from '../store/database.js';
import type { LaneListener } from '../store/lane-listener.js';

export function laneAudit(database: Queryable, clock: Clock): LaneListener {
  const record = (
    action: string,
    endpoint: { endpointId: string; tenantId: string },
    details: Record<string, unknown>,
  ): Promise<void> =>
    recordAudit(database, clock, {
      actor: { kind: 'system', id: null, name: 'posthorn' },
      remoteAddress: null,
      requestId: null,
      action,
      tenantId: endpoint.tenantId,
      targetId: toPublicId('ep', endpoint.endpointId),
      details,
    });
  return {
    circuitChanged: async (lane) => {
      // A probe that failed changes nothing; a dead endpoint would fill the log with a line every quarter of an hour.
      if (lane.from === 'half_open' && lane.change.to === 'open') return;
      const action = lane.change.to === 'open' ? 'endpoint.circuit_opened' : 'endpoint.circuit_closed';
      await record(action, lane, { reason: lane.change.reason });
    },
    endpointFailing: (endpoint) =>
      record('endpoint.failing', endpoint, {
        failingSince: endpoint.failingSince,
        disabledAt: endpoint.disabledAt,
      }),
    endpointDisabled: (endpoint) => record('endpoint.disabled', endpoint, { reason: endpoint.reason }),
  };
}
