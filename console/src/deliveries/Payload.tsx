/** The event that is delivered. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { EventWithText } from './event.js';
import { Json } from '../kit/Json.js';
import { Moment } from '../kit/Moment.js';
import { Facts } from '../kit/Page.js';
import { Failure, Loading } from '../kit/States.js';

export function Payload({
  query: { data: event, error, refetch },
}: {
  query: UseQueryResult<EventWithText>;
}) {
  if (event === undefined && error) return <Failure error={error} retry={() => void refetch()} />;
  if (event === undefined) return <Loading lines={4} />;
  return (
    <div className="stack">
      <Facts
        facts={[
          ['Happened', <Moment at={event.occurredAt} as="full" />],
          ...(event.externalId === null ? [] : [fact('Emitter’s id', <code>{event.externalId}</code>)]),
          ...(event.deliverAt === null ? [] : [fact('Send at', <Moment at={event.deliverAt} as="full" />)]),
          ...(event.expiresAt === null ? [] : [fact('Expires', <Moment at={event.expiresAt} as="full" />)]),
          ...((event.tags?.length ?? 0) > 0
            ? [
                fact(
                  'Tags',
                  <span className="tags">
                    {event.tags.map((tag) => (
                      <span key={tag} className="tag" title={tag}>
                        {tag}
                      </span>
                    ))}
                  </span>,
                ),
              ]
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

function fact(name: string, value: ReactNode): [string, ReactNode] {
  return [name, value];
}
