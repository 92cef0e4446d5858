/** What a customer can be told of. */
import { EventTypesPage } from '../event-types/EventTypesPage.js';

export default function PortalEventTypesPage() {
  return <EventTypesPage />;
}
