/** From the filters that a caller gives to the filter that the log understands. */
import { PosthornError } from '../../errors.js';
import type { DeliveryStatus } from '../../model/delivery.js';
import { fromPublicId } from '../../model/id.js';
import { parseInstant } from '../../model/instant.js';
import type { DeliveryFilter } from '../../store/delivery-filter.js';
import { mayReadPayloads, reachableTenant, type Principal } from '../principal.js';

/** Answers' final status codes, and their classes; 1xx never ends an attempt. */
export const STATUS_CODE_PATTERN = /^[2-9](\d\d|xx)$/;

/** Checked before; see DeliveryFilterFields, which has the words for the API reference. */
export interface GivenFilter {
  tenant?: string;
  endpoint?: string;
  event?: string;
  eventType?: string;
  status?: DeliveryStatus;
  statusCode?: string;
  errorCode?: string;
  after?: string;
  before?: string;
  search?: string;
}

/**
 * Whoever is bound to a tenant gets that tenant's deliveries, whatever else they ask for.
 * @param tenantOf the UUID of a tenant by its reference
 * @throws PosthornError `tenant_not_found`, `forbidden`
 */
export async function toDeliveryFilter(
  given: GivenFilter,
  caller: Principal,
  tenantOf: (reference: string) => Promise<string>,
): Promise<DeliveryFilter> {
  if (given.search !== undefined && !mayReadPayloads(caller)) {
    throw new PosthornError('forbidden', 'This key has no access to payloads, and cannot search them.');
  }
  const filter: DeliveryFilter = {};
  if (given.tenant !== undefined) filter.tenantId = await tenantOf(reachableTenant(caller, given.tenant));
  if (caller.tenantId !== undefined) filter.tenantId = caller.tenantId;
  if (given.endpoint !== undefined) filter.endpointId = fromPublicId('ep', given.endpoint)!;
  if (given.event !== undefined) filter.eventId = fromPublicId('evt', given.event)!;
  if (given.eventType !== undefined) filter.eventType = given.eventType;
  if (given.status !== undefined) filter.status = given.status;
  if (given.statusCode !== undefined) filter.statusCode = statusCodeRange(given.statusCode);
  if (given.errorCode !== undefined) filter.errorCode = given.errorCode;
  if (given.after !== undefined) filter.after = parseInstant(given.after)!;
  if (given.before !== undefined) filter.before = parseInstant(given.before)!;
  if (given.search !== undefined) filter.search = given.search;
  return filter;
}

function statusCodeRange(text: string): { from: number; to: number } {
  if (!text.endsWith('xx')) return { from: Number(text), to: Number(text) };
  const from = Number(text[0]) * 100;
  return { from, to: from + 99 };
}
