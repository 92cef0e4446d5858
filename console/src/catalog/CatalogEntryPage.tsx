/** One event type, as its receivers need it. */
import { useQuery } from '@tanstack/react-query';
import type { PublicEventType } from '../api/types.js';
import { EventTypeDocs } from '../event-types/EventTypeDocs.js';
import { useFace } from '../face/face.js';
import { usePathPart } from '../face/path.js';
import { Answered } from '../kit/Answered.js';
import { AppLink } from '../kit/AppLink.js';
import { Page } from '../kit/Page.js';

export default function CatalogEntryPage() {
  const name = usePathPart('name');
  const { client } = useFace();
  const type = useQuery({
    queryKey: ['public-event-type', name],
    queryFn: () => client.get<PublicEventType>(`/v1/catalog/${encodeURIComponent(name)}`),
  });
  return (
    <Answered query={type} back={<AppLink to="/">All event types</AppLink>}>
      {(answer) => <Entry eventType={answer} />}
    </Answered>
  );
}

function Entry({ eventType }: { eventType: PublicEventType }) {
  const { name, description, group, version } = eventType;
  return (
    <Page
      title={name}
      heading={<span className="mono">{name}</span>}
      back={<AppLink to="/">All event types</AppLink>}
    >
      <div className="stack-tight">
        <div style={{ overflowWrap: 'anywhere', maxWidth: '80ch' }}>{description}</div>
        <div className="tags">
          {group !== null && <span className="tag">{group}</span>}
          {version !== null && <span className="tag">version {version}</span>}
        </div>
      </div>
      <EventTypeDocs eventType={eventType} />
    </Page>
  );
}
