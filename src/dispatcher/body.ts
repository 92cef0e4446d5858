/**
 * The body of a request. The event's data is spliced in as the text that was emitted; it is never parsed, so no number
 * and no key order can change. A thin endpoint gets where the event is to be found in its place.
 */
import type { BodyFormat, EndpointTarget } from '../model/endpoint.js';
import { toPublicId } from '../model/id.js';
import type { LoadedEvent } from '../store/load-deliveries.js';

export const CONTENT_TYPES: Record<BodyFormat, string> = {
  standard: 'application/json',
  raw: 'application/json',
  cloudevents: 'application/cloudevents+json',
};

/** @param publicUrl where this installation is reached from outside, without a slash at the end; empty: unknown */
export function bodyText(
  target: EndpointTarget,
  event: LoadedEvent,
  webhookId: string,
  publicUrl: string,
): string {
  const type = JSON.stringify(event.type);
  const time = event.occurredAt.toISOString();
  const data = target.payload === 'thin' ? thinData(target.tenantId, webhookId, publicUrl) : event.data;
  switch (target.bodyFormat) {
    case 'standard':
      return `{"type":${type},"timestamp":"${time}","data":${data}}`;
    case 'raw':
      return data;
    case 'cloudevents': {
      const source = `/tenants/${toPublicId('ten', target.tenantId)}`;
      return `{"specversion":"1.0","id":"${webhookId}","source":"${source}","type":${type},"time":"${time}","datacontenttype":"application/json","data":${data}}`;
    }
  }
}

function thinData(tenantUuid: string, id: string, publicUrl: string): string {
  const tenantId = toPublicId('ten', tenantUuid);
  return JSON.stringify({ id, tenantId, href: `${publicUrl}/v1/tenants/${tenantId}/events/${id}` });
}
