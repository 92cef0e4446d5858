/**
 * A filter that names something which does not exist, or is another tenant's, is answered with 404 and not with an empty
 * list: a misspelled id must not look like an endpoint without deliveries. Asked only when nothing was found, so that it
 * costs nothing in the usual case; and then whatever retention has left of the thing counts.
 */
import { PosthornError } from '../../errors.js';
import type { Queryable } from '../../store/database.js';
import type { DeliveryFilter } from '../../store/delivery-filter.js';
import { tenantOfEndpointEverKnown, tenantOfEvent } from '../../store/replay-scope.js';

/** @throws PosthornError `endpoint_not_found`, `event_not_found` */
export async function checkNamed(database: Queryable, filter: DeliveryFilter): Promise<void> {
  const { tenantId, endpointId, eventId } = filter;
  const isTheirs = (owner: string | undefined) =>
    owner !== undefined && (tenantId === undefined || owner === tenantId);
  if (endpointId !== undefined && !isTheirs(await tenantOfEndpointEverKnown(database, endpointId))) {
    throw new PosthornError('endpoint_not_found');
  }
  if (eventId !== undefined && !isTheirs(await tenantOfEvent(database, eventId))) {
    throw new PosthornError('event_not_found');
  }
}
