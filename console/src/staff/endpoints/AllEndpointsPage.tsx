/** Endpoints of all tenants, and how each fares. */
import { SegmentedControl } from '@mantine/core';
import { Webhook } from 'lucide-react';
import { useList } from '../../api/list.js';
import type { EndpointOverview } from '../../api/types.js';
import { endpointName } from '../../endpoints/listener.js';
import { troubleOf } from '../../endpoints/trouble.js';
import { useFace } from '../../face/face.js';
import { useFilters } from '../../face/search.js';
import { ListTable, type Column } from '../../kit/ListTable.js';
import { Moment } from '../../kit/Moment.js';
import { Page } from '../../kit/Page.js';
import { Empty } from '../../kit/States.js';
import { Status } from '../../kit/Status.js';
import { TypedFilter } from '../../kit/TypedFilter.js';
import { useNow } from '../../kit/useNow.js';

/** What the API takes at most. */
const SEARCH_LENGTH_MAX = 200;

export default function AllEndpointsPage() {
  const { endpointPath } = useFace();
  const nowMs = useNow();
  const [{ state, search }, change] = useFilters();
  const list = useList<EndpointOverview>('/v1/overview/endpoints', { state, search }, { live: true });
  const columns: Column<EndpointOverview>[] = [
    {
      head: 'Endpoint',
      width: '34%',
      cell: (endpoint) => (
        <>
          <div className="truncate" title={endpoint.url}>
            {endpointName(endpoint.url)}
          </div>
          <div className="dim small truncate">{endpoint.tenantName}</div>
          <div className="only-phone small">{troubleOf(endpoint, nowMs).why}</div>
        </>
      ),
    },
    {
      head: 'State',
      cell: (endpoint) => {
        const { tone, state, why } = troubleOf(endpoint, nowMs);
        return (
          <Status tone={tone} title={why}>
            {state}
          </Status>
        );
      },
    },
    {
      head: 'Why',
      minor: true,
      cell: (endpoint) => <span className="dim">{troubleOf(endpoint, nowMs).why}</span>,
    },
    {
      head: 'Last failure',
      cell: ({ lastFailureAt }) => <Moment at={lastFailureAt} as="relative" never="never" />,
      align: 'right',
      minor: true,
    },
  ];
  return (
    <Page title="Endpoints" about="Of all tenants, newest first.">
      <search className="filters">
        <TypedFilter
          className="filter-whole"
          label="URL, description or tenant"
          main
          width={260}
          lengthMax={SEARCH_LENGTH_MAX}
          value={search}
          onChange={(text) => change({ search: text })}
        />
        <SegmentedControl
          className="filter-whole"
          aria-label="State"
          value={state ?? ''}
          onChange={(value) => change({ state: value || undefined })}
          data={[
            { value: '', label: 'All' },
            { value: 'healthy', label: 'Healthy' },
            { value: 'failing', label: 'Failing' },
            { value: 'disabled', label: 'Disabled' },
          ]}
        />
      </search>
      <section className="panel">
        <ListTable
          label="Endpoints"
          list={list}
          columns={columns}
          keyOf={({ id }) => id}
          linkOf={({ tenantId, id }) => endpointPath(tenantId, id)}
          empty={
            <Empty icon={Webhook} title={state || search ? 'No endpoint fits' : 'No endpoint yet'}>
              {state === 'failing'
                ? 'Nothing fails. Sleep well.'
                : 'Endpoints are added on their tenant’s page or by the API.'}
            </Empty>
          }
        />
      </section>
    </Page>
  );
}
