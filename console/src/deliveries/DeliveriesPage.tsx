/** The delivery log: what was owed to whom, and what became of it. Filters are in the URL, so that a link can be shared. */
import { Button } from '@mantine/core';
import { Send } from 'lucide-react';
import { useList } from '../api/list.js';
import type { Delivery } from '../api/types.js';
import { useFace } from '../face/face.js';
import { useLabels } from '../face/labels.js';
import { useFilters } from '../face/search.js';
import { AppLink } from '../kit/AppLink.js';
import { ListTable, type Column } from '../kit/ListTable.js';
import { Moment } from '../kit/Moment.js';
import { Page } from '../kit/Page.js';
import { Empty } from '../kit/States.js';
import { StatusOf } from '../kit/Status.js';
import { DeliveryFilters } from './DeliveryFilters.js';
import { filterQuery, isFiltered } from './filter.js';
import { outcomeOf } from './outcome.js';

export default function DeliveriesPage() {
  const { can, kind } = useFace();
  const [filters, change] = useFilters();
  const list = useList<Delivery>('/v1/deliveries', filterQuery(filters), { live: true });
  return (
    <Page
      title="Deliveries"
      about={
        kind === 'staff'
          ? 'What was owed to every endpoint, newest first.'
          : 'What was sent to your endpoints, newest first.'
      }
      actions={
        can.replay &&
        kind === 'staff' && (
          <AppLink to="/replays" search={{ ...filters, new: '1' }}>
            <Button variant="default" component="span">
              Replay these …
            </Button>
          </AppLink>
        )
      }
    >
      <DeliveryFilters filters={filters} onChange={change} />
      <section className="panel">
        <DeliveryTable
          list={list}
          empty={
            isFiltered(filters) ? (
              <Empty icon={Send} title="No delivery fits these filters">
                Take one away, or look at a longer time.
              </Empty>
            ) : (
              <Empty icon={Send} title="Nothing has been delivered yet">
                {kind === 'staff'
                  ? 'Emit an event for a tenant that has an endpoint; its deliveries appear here.'
                  : 'Once something happens, or you send a test event to an endpoint, it appears here.'}
              </Empty>
            )
          }
        />
      </section>
    </Page>
  );
}

export function DeliveryTable({
  list,
  empty,
}: {
  list: ReturnType<typeof useList<Delivery>>;
  empty: React.ReactNode;
}) {
  const { kind } = useFace();
  const labelOf = useLabels(
    list.rows.flatMap(({ tenantId, endpointId }) =>
      kind === 'staff' ? [tenantId, endpointId] : [endpointId],
    ),
  );
  const columns: Column<Delivery>[] = [
    { head: 'Event', cell: ({ eventType }) => <span className="mono truncate">{eventType}</span> },
    { head: 'Status', cell: ({ status }) => <StatusOf status={status} /> },
    { head: 'Outcome', cell: (delivery) => <span className="dim">{outcomeOf(delivery)}</span>, minor: true },
    {
      head: 'Endpoint',
      minor: true,
      cell: ({ endpointId, tenantId }) => (
        <>
          <div className="truncate" title={labelOf(endpointId)?.name}>
            {labelOf(endpointId)?.name ?? endpointId}
          </div>
          {kind === 'staff' && <div className="dim small truncate">{labelOf(tenantId)?.name ?? ' '}</div>}
        </>
      ),
    },
    {
      head: 'Attempts',
      cell: ({ attemptCount }) => <span className="numeric">{attemptCount}</span>,
      align: 'right',
      minor: true,
    },
    { head: 'Made', cell: ({ createdAt }) => <Moment at={createdAt} />, align: 'right' },
  ];
  return (
    <ListTable
      label="Deliveries"
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      linkOf={({ id }) => `/deliveries/${id}`}
      empty={empty}
    />
  );
}
