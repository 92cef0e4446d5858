/** How the whole is doing, at a glance and by itself: what is wrong stands above what is merely interesting. */
import { SegmentedControl } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import type { Overview } from '../../api/types.js';
import { DeliveriesChart } from '../../charts/DeliveriesChart.js';
import { LatencyChart } from '../../charts/LatencyChart.js';
import { useFace } from '../../face/face.js';
import { useFilters } from '../../face/search.js';
import { Page, Panel, StaleContext } from '../../kit/Page.js';
import { Failure, Loading } from '../../kit/States.js';
import { utc } from '../../kit/words.js';
import { Figures } from './Figures.js';
import { FirstSteps } from './FirstSteps.js';
import { Troubled } from './Troubled.js';

const REFRESH_MS = 5_000;
const windows = { '1h': 'Hour', '24h': 'Day', '7d': 'Week' };

export default function OverviewPage() {
  const { client, tenantId } = useFace();
  const [{ window = '24h' }, filter] = useFilters();
  const { data, error, refetch } = useQuery({
    queryKey: ['overview', window],
    queryFn: () => client.get<Overview>('/v1/overview', { window }),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
    enabled: tenantId === undefined,
  });
  // The overview is of all tenants; whoever signs in with a key of one begins with its deliveries.
  if (tenantId !== undefined) return <Navigate to="/deliveries" replace />;
  return (
    <StaleContext.Provider value={data !== undefined && error !== null ? () => void refetch() : undefined}>
      <Page
        title="Overview"
        actions={
          <SegmentedControl
            aria-label="Window"
            value={window}
            onChange={(value) => filter({ window: value })}
            data={Object.entries(windows).map(([value, label]) => ({ value, label }))}
          />
        }
      >
        {data ? (
          <Story overview={data} />
        ) : error ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : (
          <Loading lines={9} />
        )}
      </Page>
    </StaleContext.Provider>
  );
}

function Story({ overview }: { overview: Overview }) {
  const troubled = <Troubled endpoints={overview.troubledEndpoints} />;
  return (
    <>
      <Figures overview={overview} />
      {isSilent(overview) ? <FirstSteps instead={troubled} /> : troubled}
      <Panel
        title="Deliveries"
        aside={
          <div className="legend">
            <span style={{ '--swatch': 'var(--ph-ok-fill)' } as object}>succeeded</span>
            <span style={{ '--swatch': 'var(--ph-wait-fill)' } as object}>pending</span>
            <span style={{ '--swatch': 'var(--ph-bad-fill)' } as object}>failed</span>
            <span style={{ '--swatch': 'var(--ph-off-fill)' } as object}>canceled</span>
          </div>
        }
      >
        <DeliveriesChart buckets={overview.buckets} bucketSeconds={overview.bucketSeconds} />
      </Panel>
      <Panel
        title="Duration of attempts"
        aside={
          <div className="legend">
            <span style={{ '--swatch': 'var(--ph-link)' } as object}>median</span>
            <span style={{ '--swatch': 'var(--ph-brass)' } as object}>95th percentile</span>
          </div>
        }
      >
        <LatencyChart buckets={overview.buckets} bucketSeconds={overview.bucketSeconds} />
      </Panel>
      <p className="dim small" style={{ margin: 0 }} title={utc(overview.to)}>
        {overview.estimated
          ? 'Figures over time are estimated from a sample; backlog and lag are exact.'
          : 'Every figure is exact.'}{' '}
        Refreshes by itself.
      </p>
    </>
  );
}

function isSilent({ deliveries, attempts, backlog, troubledEndpoints }: Overview): boolean {
  const counts = [...Object.values(deliveries), attempts.attempts, backlog.waiting, backlog.underWay];
  return counts.every((count) => count === 0) && troubledEndpoints.length === 0;
}
