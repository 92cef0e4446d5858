/** Deliveries in rows. */
import type { ReactNode } from 'react';
import type { List } from '../api/list.js';
import type { Delivery } from '../api/types.js';
import { useFace } from '../face/face.js';
import { useLabels } from '../face/labels.js';
import { ListTable, type Column } from '../kit/ListTable.js';
import { Moment } from '../kit/Moment.js';
import { StatusOf } from '../kit/Status.js';
import { outcomeOf } from './outcome.js';

interface Props {
  list: List<Delivery>;
  empty: ReactNode;
  /** Left out where all are of one endpoint. */
  withEndpoint?: boolean;
}

export function DeliveryTable({ list, empty, withEndpoint = true }: Props) {
  const { kind } = useFace();
  const labelOf = useLabels(
    list.rows.flatMap(({ tenantId, endpointId }) =>
      kind === 'staff' ? [tenantId, endpointId] : [endpointId],
    ),
  );
  const columns: Column<Delivery>[] = [
    {
      head: 'Event',
      width: '26%',
      cell: ({ eventType, endpointId }) => (
        <>
          <div className="mono truncate" title={eventType}>
            {eventType}
          </div>
          {withEndpoint && (
            <div className="only-phone dim small truncate">{labelOf(endpointId)?.name ?? ' '}</div>
          )}
        </>
      ),
    },
    { head: 'Status', cell: ({ status }) => <StatusOf status={status} /> },
    {
      head: 'Outcome',
      width: '19%',
      minor: true,
      cell: (delivery) => <div className="dim truncate">{outcomeOf(delivery)}</div>,
    },
    {
      head: 'Endpoint',
      width: '28%',
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
  const shown = withEndpoint ? columns : columns.filter(({ head }) => head !== 'Endpoint');
  return (
    <ListTable
      label="Deliveries"
      list={list}
      columns={shown}
      keyOf={({ id }) => id}
      linkOf={({ id }) => `/deliveries/${id}`}
      empty={empty}
    />
  );
}
