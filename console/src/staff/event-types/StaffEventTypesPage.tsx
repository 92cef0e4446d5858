/** The catalog as staff see it: with the way to its public page, where there is one. */
import { EventTypesPage } from '../../event-types/EventTypesPage.js';
import { useSession } from '../session.js';

export default function StaffEventTypesPage() {
  const { session } = useSession();
  return (
    <EventTypesPage
      publicLink={
        session.publicCatalog && (
          <a href="/console/catalog" target="_blank" rel="noreferrer">
            Public page
          </a>
        )
      }
    />
  );
}
