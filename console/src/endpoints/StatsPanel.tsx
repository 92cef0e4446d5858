/** How an endpoint has been doing in the last day. */
import { useQuery } from '@tanstack/react-query';
import type { Endpoint, EndpointStats } from '../api/types.js';
import { useFace } from '../face/face.js';
import { AppLink } from '../kit/AppLink.js';
import { Moment } from '../kit/Moment.js';
import { Figure } from '../kit/Figure.js';
import { duration, inFull, inShort, share } from '../kit/words.js';

const REFRESH_MS = 10_000;

export function StatsPanel({ endpoint }: { endpoint: Endpoint }) {
  const { client } = useFace();
  const { data } = useQuery({
    queryKey: ['stats', endpoint.id],
    queryFn: () =>
      client.get<EndpointStats>(`/v1/tenants/${endpoint.tenantId}/endpoints/${endpoint.id}/stats`, {
        window: '24h',
      }),
    refetchInterval: REFRESH_MS,
  });
  // Figures are an extra: without them the page is still whole.
  if (data === undefined) return null;
  const { attempts, succeeded, failed, latencyMs, backlog, lastSuccessAt } = data;
  return (
    <section className="panel figures" aria-label="The last day">
      <Figure
        name={data.sampled ? 'Attempts, of the newest' : 'Attempts in a day'}
        more={`${inFull(failed)} failed`}
      >
        {inShort(attempts)}
      </Figure>
      <Figure
        name="Succeeded"
        more={
          <>
            last: <Moment at={lastSuccessAt} as="relative" never="never" />
          </>
        }
      >
        {share(succeeded, attempts)}
      </Figure>
      <Figure
        name="Duration, 95th percentile"
        more={latencyMs === null ? 'no attempts' : `median ${duration(latencyMs.p50)}`}
      >
        {latencyMs === null ? '–' : duration(latencyMs.p95)}
      </Figure>
      <Figure
        name="Waiting"
        more={
          <AppLink to="/deliveries" search={{ endpoint: endpoint.id, status: 'pending' }}>
            Show them
          </AppLink>
        }
      >
        {inShort(backlog.waiting)}
        {backlog.more ? '+' : ''}
      </Figure>
    </section>
  );
}
