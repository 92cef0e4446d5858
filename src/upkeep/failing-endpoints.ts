/**
 * Disables endpoints that have only failed for DISABLE_AFTER_HOURS, and says so beforehand: once a day from half of that
 * time on. A disabled endpoint's deliveries stay pending; enabling it lets them out again.
 */
import type { Logger } from 'pino';
import { toPublicId } from '../model/id.js';
import type { Database } from '../store/database.js';
import { findOverdueEndpoints, takeNotices } from '../store/failing-endpoints.js';
import { disableEndpoint } from '../store/lane-health.js';
import type { LaneListener } from '../store/lane-listener.js';

export async function lookAfterFailingEndpoints(
  database: Database,
  disableAfterHours: number,
  listener: LaneListener,
  log: Logger,
): Promise<void> {
  for (const { endpointId } of await findOverdueEndpoints(database, disableAfterHours)) {
    const disabled = await disableEndpoint(database, endpointId, 'failing');
    if (disabled === undefined) continue; // by somebody else, this very moment
    log.info({ endpointId: toPublicId('ep', endpointId), reason: 'failing' }, 'endpoint.disabled');
    await listener.endpointDisabled({ endpointId, tenantId: disabled.tenantId, reason: 'failing' });
  }
  for (const endpoint of await takeNotices(database, disableAfterHours)) {
    log.info(
      {
        endpointId: toPublicId('ep', endpoint.endpointId),
        failingSince: endpoint.failingSince,
        disabledAt: endpoint.disabledAt,
      },
      'endpoint.failing',
    );
    await listener.endpointFailing(endpoint);
  }
}
