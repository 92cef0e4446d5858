/** One tenant's endpoints. */
import { Webhook } from 'lucide-react';
import { useList } from '../api/list.js';
import type { Endpoint } from '../api/types.js';
import { useFace } from '../face/face.js';
import { ListTable, type Column } from '../kit/ListTable.js';
import { Empty } from '../kit/States.js';
import { StatusOf } from '../kit/Status.js';
import { EventTypeTags } from './EventTypeTags.js';
import { endpointName } from './listener.js';

const columns: Column<Endpoint>[] = [
  {
    head: 'Endpoint',
    cell: ({ url, description }) => (
      <>
        <div className="truncate" title={url}>
          {endpointName(url)}
        </div>
        {description && <div className="dim small truncate">{description}</div>}
      </>
    ),
  },
  { head: 'State', cell: ({ status, circuit }) => <StatusOf status={status} title={circuit.reason ?? ''} /> },
  {
    head: 'Event types',
    minor: true,
    cell: ({ eventTypes }) => <EventTypeTags types={eventTypes} />,
  },
];

export function EndpointList({ tenantId }: { tenantId: string }) {
  const { endpointPath } = useFace();
  const list = useList<Endpoint>(`/v1/tenants/${tenantId}/endpoints`, {}, { live: true });
  return (
    <ListTable
      label="Endpoints"
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      linkOf={({ id }) => endpointPath(tenantId, id)}
      empty={
        <Empty icon={Webhook} title="No endpoint yet">
          An endpoint is a URL that events are sent to. Add one, and send it a test event.
        </Empty>
      }
    />
  );
}
