/** Whom an event goes to: whoever it matches, unless it is one of Posthorn's own and meant for somebody in particular. */
import type { Subscription } from '../model/endpoint.js';
import type { EmitRequest } from '../model/event.js';
import { fanOut } from './fan-out.js';

export function recipients(
  subscriptions: Subscription[],
  request: Pick<EmitRequest, 'type' | 'data' | 'tags' | 'origin'>,
): Subscription[] {
  const { origin } = request;
  switch (origin?.kind) {
    case undefined:
      return fanOut(subscriptions, request);
    case 'test':
      return subscriptions.filter((subscription) => subscription.endpointId === origin.endpointId);
    case 'operational':
      // What is told about an endpoint is not told to it: it could only fail once more.
      return fanOut(subscriptions, request).filter(
        (subscription) => subscription.endpointId !== origin.about,
      );
  }
}
