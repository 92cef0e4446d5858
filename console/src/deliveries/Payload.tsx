/** The event that is delivered. */
import type { EventWithText } from './event.js';
import { Json } from '../kit/Json.js';
import { Moment } from '../kit/Moment.js';
import { Facts } from '../kit/Page.js';
import { Failure, Loading } from '../kit/States.js';

export function Payload({ event, error }: { event: EventWithText | undefined; error: unknown }) {
  if (error) return <Failure error={error} />;
  if (event === undefined) return <Loading lines={4} />;
  return (
    <div className="stack">
      <Facts
        facts={[
          ['Happened', <Moment at={event.occurredAt} as="full" />],
          ...((event.tags?.length ?? 0) > 0
            ? ([
                [
                  'Tags',
                  <span className="tags">
                    {event.tags.map((tag) => (
                      <span key={tag} className="tag">
                        {tag}
                      </span>
                    ))}
                  </span>,
                ],
              ] as [string, React.ReactNode][])
            : []),
        ]}
      />
      {event.dataText === undefined ? (
        <div className="note">This key may not read payloads.</div>
      ) : (
        <Json text={event.dataText} label="payload" />
      )}
    </div>
  );
}
