/** An event with its payload as text, exactly as it was emitted: parsing it would round numbers and lose its layout. */
import { queryOptions } from '@tanstack/react-query';
import type { Client } from '../api/client.js';
import type { EventDetails } from '../api/types.js';
import { memberText } from '../kit/json-text.js';

export type EventWithText = Omit<EventDetails, 'data'> & {
  /** Undefined when the viewer may not read payloads. */
  dataText: string | undefined;
};

export function eventQuery(client: Client, tenantId: string, eventId: string) {
  return queryOptions({
    queryKey: ['event', eventId],
    queryFn: async (): Promise<EventWithText> => {
      const text = await client.getText(`/v1/tenants/${tenantId}/events/${eventId}`);
      const { data, ...event } = JSON.parse(text) as EventDetails;
      return { ...event, dataText: data === undefined ? undefined : memberText(text, 'data') };
    },
    staleTime: Infinity,
  });
}
