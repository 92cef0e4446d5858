/** The story of one delivery on one page: what happened, what was tried, what comes next, and what one can do. */
import { useQuery } from '@tanstack/react-query';
import { useList } from '../api/list.js';
import type { Attempt, DeliveryDetails, Endpoint } from '../api/types.js';
import { useFace } from '../face/face.js';
import { usePathPart } from '../face/path.js';
import { useLabels } from '../face/labels.js';
import { Answered } from '../kit/Answered.js';
import { AppLink } from '../kit/AppLink.js';
import { Clamped } from '../kit/Clamped.js';
import { Identifier } from '../kit/Identifier.js';
import { Moment } from '../kit/Moment.js';
import { Facts, Page, Panel } from '../kit/Page.js';
import { StatusOf } from '../kit/Status.js';
import { Actions } from './Actions.js';
import { eventQuery } from './event.js';
import { Payload } from './Payload.js';
import { SignatureExplained } from './SignatureExplained.js';
import { Timeline } from './Timeline.js';

const LIVE_MS = 2_000;

export default function DeliveryPage() {
  const id = usePathPart('delivery');
  const { client } = useFace();
  const delivery = useQuery({
    queryKey: ['delivery', id],
    queryFn: () => client.get<DeliveryDetails>(`/v1/deliveries/${id}`),
    // Something is about to happen to it; what has ended does not change by itself.
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? LIVE_MS : false),
  });
  return (
    <Answered query={delivery} back={<AppLink to="/deliveries">Deliveries</AppLink>}>
      {(answer) => <Story delivery={answer} />}
    </Answered>
  );
}

function Story({ delivery }: { delivery: DeliveryDetails }) {
  const { client, kind, endpointPath } = useFace();
  const { id, tenantId, endpointId, eventId, eventType, attemptCount, status } = delivery;
  const attempts = useList<Attempt>(
    `/v1/deliveries/${id}/attempts`,
    {},
    { limit: 100, version: attemptCount },
  );
  const event = useQuery(eventQuery(client, tenantId, eventId));
  const endpoint = useQuery({
    queryKey: ['endpoint', endpointId],
    queryFn: () => client.get<Endpoint>(`/v1/tenants/${tenantId}/endpoints/${endpointId}`),
    retry: false,
  });
  const labelOf = useLabels(kind === 'staff' ? [tenantId, endpointId] : [endpointId]);

  return (
    <Page
      title={`${eventType} · ${id}`}
      back={<AppLink to="/deliveries">Deliveries</AppLink>}
      heading={
        <span className="row" style={{ gap: 12 }}>
          <span className="mono">{eventType}</span>
          <StatusOf status={status} />
          {event.data?.test && <span className="tag">test</span>}
        </span>
      }
      about={<span style={{ wordBreak: 'break-all' }}>to {delivery.endpointUrl}</span>}
      actions={
        <Actions
          delivery={delivery}
          endpoint={endpoint.data}
          event={event.data}
          lastAttempt={attempts.rows[0]}
        />
      }
    >
      <div className="columns-wide">
        <div className="stack">
          <Panel title="What happened">
            <Timeline delivery={delivery} endpoint={endpoint.data} times={event.data} attempts={attempts} />
          </Panel>
          <Panel title="Event">
            <Payload query={event} />
          </Panel>
          <Panel title="Signature">
            <SignatureExplained attempt={attempts.rows[0]} endpoint={endpoint.data} />
          </Panel>
        </div>
        <Panel title="Details">
          <Facts
            facts={[
              ['Delivery', <Identifier id={id} />],
              ['Event', <Identifier id={eventId} />],
              [
                'Endpoint',
                <>
                  {delivery.endpointDeleted ? (
                    <span className="dim">deleted</span>
                  ) : (
                    <AppLink to={endpointPath(tenantId, endpointId)}>
                      <Clamped text={labelOf(endpointId)?.description || 'Open endpoint'} />
                    </AppLink>
                  )}
                  <div>
                    <Identifier id={endpointId} />
                  </div>
                </>,
              ],
              ...(kind === 'staff'
                ? ([
                    [
                      'Tenant',
                      <AppLink to={`/tenants/${tenantId}`}>
                        <Clamped text={labelOf(tenantId)?.name ?? tenantId} />
                      </AppLink>,
                    ],
                  ] as [string, React.ReactNode][])
                : []),
              ['Made', <Moment at={delivery.createdAt} as="full" />],
              ['Last attempt', <Moment at={delivery.lastAttemptAt} as="full" never="none yet" />],
              ...(delivery.completedAt
                ? ([['Ended', <Moment at={delivery.completedAt} as="full" />]] as [string, React.ReactNode][])
                : []),
              ['Attempts', <span className="numeric">{attemptCount}</span>],
              ['Because of', triggers[delivery.trigger] ?? delivery.trigger],
              ...(delivery.replayId
                ? ([['Replay', <AppLink to={`/replays/${delivery.replayId}`}>Open replay</AppLink>]] as [
                    string,
                    React.ReactNode,
                  ][])
                : []),
            ]}
          />
        </Panel>
      </div>
    </Page>
  );
}

const triggers: Record<string, string> = { emit: 'an event', replay: 'a replay', test: 'a test' };
