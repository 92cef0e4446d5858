/**
 * From what a caller asks to be replayed to what may be: names become ids, and everything that is named must exist and be
 * within the caller's reach. A list may answer with nothing when it does not; whoever starts a replay wants to know.
 */
import { PosthornError } from '../../errors.js';
import type { ReplayRequest } from '../../replay/replay-many-requests.js';
import type { Queryable } from '../../store/database.js';
import type { DeliveryFilter } from '../../store/delivery-filter.js';
import { tenantOfEndpoint, tenantOfEvent } from '../../store/replay-scope.js';
import { toDeliveryFilter } from '../deliveries/delivery-filter-mapping.js';
import type { Principal } from '../principal.js';
import { validationFailed } from '../validation.js';
import { REPLAY_RATE_DEFAULT, type CreateReplay, type ReplayFilter } from './replay.dto.js';

/** @throws PosthornError `validation_failed`, `tenant_not_found`, `endpoint_not_found`, `event_not_found`, `forbidden` */
export async function toReplayRequest(
  { filter: given, missing = false, ratePerSecond = REPLAY_RATE_DEFAULT }: CreateReplay,
  caller: Principal,
  tenantOf: (reference: string) => Promise<string>,
  database: Queryable,
): Promise<ReplayRequest> {
  checkGiven(given, missing);
  const filter = await toDeliveryFilter(given, caller, tenantOf);
  return { filter, missing, ratePerSecond, tenantId: await tenantFor(filter, database) };
}

/** Of missing events there are no deliveries yet, hence nothing that these could be asked of. */
const OF_DELIVERIES = ['status', 'statusCode', 'errorCode'] as const satisfies (keyof ReplayFilter)[];

function checkGiven(given: ReplayFilter, missing: boolean): void {
  if (!Object.values(given).some((value) => value !== undefined && value !== null)) {
    throw validationFailed([
      {
        path: 'filter',
        message: 'must have at least one condition: everything ever delivered would be sent again',
      },
    ]);
  }
  if (!missing) return;
  if (given.endpoint === undefined) {
    throw validationFailed([
      { path: 'filter.endpoint', message: 'must name the endpoint that missed something' },
    ]);
  }
  const misplaced = OF_DELIVERIES.filter((name) => given[name] !== undefined);
  if (misplaced.length > 0) {
    throw validationFailed(
      misplaced.map((name) => ({
        path: `filter.${name}`,
        message: 'says nothing about events that were missed',
      })),
    );
  }
}

/** The one tenant whose deliveries the filter can match, if that is certain. */
async function tenantFor(filter: DeliveryFilter, database: Queryable): Promise<string | undefined> {
  let tenantId = filter.tenantId;
  if (filter.endpointId !== undefined) {
    const owner = await tenantOfEndpoint(database, filter.endpointId);
    if (owner === undefined || (tenantId !== undefined && tenantId !== owner)) {
      throw new PosthornError('endpoint_not_found');
    }
    tenantId = owner;
  }
  if (filter.eventId !== undefined) {
    const owner = await tenantOfEvent(database, filter.eventId);
    if (owner === undefined || (tenantId !== undefined && tenantId !== owner)) {
      throw new PosthornError('event_not_found');
    }
    tenantId = owner;
  }
  return tenantId;
}
