/** What the API says of a replay. */
import { toPublicId } from '../../model/id.js';
import type { DeliveryFilter } from '../../store/delivery-filter.js';
import type { Replay } from '../../store/replays.js';
import { mayReadPayloads, type Principal } from '../principal.js';
import type { ReplayAnswer, ReplayFilter } from './replay.dto.js';

export function replayAnswer(replay: Replay, caller: Principal): ReplayAnswer {
  const { id, tenantId, filter, outcomes, ...rest } = replay;
  return {
    id: toPublicId('rpl', id),
    tenantId: tenantId === null ? null : toPublicId('ten', tenantId),
    filter: publicFilter(filter, caller),
    ...rest,
    ...outcomes,
  };
}

function publicFilter(filter: DeliveryFilter, caller: Principal): ReplayFilter {
  const { tenantId, endpointId, eventId, statusCode, after, before, search, ...same } = filter;
  return {
    ...(tenantId !== undefined && { tenant: toPublicId('ten', tenantId) }),
    ...(endpointId !== undefined && { endpoint: toPublicId('ep', endpointId) }),
    ...(eventId !== undefined && { event: toPublicId('evt', eventId) }),
    ...same,
    ...(statusCode !== undefined && { statusCode: statusCodeText(statusCode) }),
    ...(after !== undefined && { after: after.toISOString() }),
    ...(before !== undefined && { before: before.toISOString() }),
    // It is part of what was searched.
    ...(search !== undefined && mayReadPayloads(caller) && { search }),
  };
}

function statusCodeText({ from, to }: { from: number; to: number }): string {
  return from === to ? String(from) : `${from / 100}xx`;
}
